import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeIdentity } from '../../graph/spec.js';
import type { Packages } from './packages.js';
import { pathIn } from './source-tree.js';

/** Where a node is defined: the same on every machine, if its package has a name. */
export interface NodePlace {
  /** Path of the file; undefined where there is none, as for what was evaluated from a text. */
  readonly file: string | undefined;
  /** `package:module`; for a folder that is in no package with a name, what tells it apart. */
  readonly module: string;
}

/** The place of the module that defines a node, which is the one that runs: source maps do not count. */
export function placeOf(identity: NodeIdentity, packages: Packages): NodePlace {
  const file = fileOf(identity.script);
  if (file !== undefined) {
    const { name, root } = packages.homeOf(file);
    return { file, module: moduleText(name, pathIn(root, file)) };
  }
  // The option `module` may be any text, such as the name of a package.
  const { script = '' } = identity;
  const isName = /^(?:@[\w.-]+\/)?[\w.-]+(?:\/[\w./-]+)?$/u.test(script);
  const [name = '', rest = ''] = isName ? (/^((?:@[^/]+\/)?[^/]+)\/?(.*)$/su.exec(script)?.slice(1) ?? []) : [];
  return { file: undefined, module: moduleText(name, rest) };
}

/** What separates the parts of a node's name must not be in the path. */
function moduleText(name: string, path: string): string {
  return `${name}:${path.replaceAll('%', '%25').replaceAll('#', '%23')}`;
}

/** The path of a module given as URL or path; undefined for anything that is not in a file. */
function fileOf(module: string | undefined): string | undefined {
  if (module === undefined) return undefined;
  if (!module.startsWith('file:')) return isAbsolute(module) ? module.replace(/\?.*$/su, '') : undefined;
  try {
    return fileURLToPath(module.replace(/[?#].*$/su, ''));
  } catch {
    return undefined; // on another machine
  }
}

/** The parts of a node's name, `package:module#name`. */
export interface NodeNameParts {
  readonly packageName: string;
  /** Path in the package. */
  readonly path: string;
  /** With the class before it, for methods. */
  readonly name: string;
}

/** Takes apart what {@link placeOf} and a name were put together to. */
export function splitNodeName(node: string): NodeNameParts | undefined {
  const match = /^([^:]*):([^#]*)#(.*)$/su.exec(node);
  if (match === null) return undefined;
  const [, packageName = '', path = '', name = ''] = match;
  return { packageName, path: path.replaceAll('%23', '#').replaceAll('%25', '%'), name };
}
