import { statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportedPath, importedPath, type ImportKind } from './exports-map.js';
import type { ImportedModule } from './imports.js';
import { PathAliasBook } from './path-aliases.js';
import { isInstalled, pathFrom, realPath, type Package, type Packages } from './packages.js';

/** What a module that another asks for is made of. */
export type Resolution =
  /** Files of source; several where loaders differ in which they take. */
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  /** An installed package, which its version stands for. */
  | { readonly kind: 'package'; readonly name: string; readonly version: string }
  | { readonly kind: 'missing'; readonly path: string }
  /** Part of Node.js, or no file at all. */
  | { readonly kind: 'none' };

/** Which TypeScript may be behind the extension of a JavaScript. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const GUESSED = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json'];
const NONE: Resolution = { kind: 'none' };

/** Finds the files behind what modules import, the way node and the usual loaders of TypeScript do. */
export class ModuleFiles {
  readonly #packages: Packages;
  /** This very library, which counts as a package wherever it lies. */
  readonly #library: Package | undefined;
  readonly #aliases = new PathAliasBook();

  constructor(packages: Packages, library: Package | undefined) {
    this.#packages = packages;
    this.#library = library;
  }

  /** What a file gets by what it imports. */
  resolve(file: string, { specifier, kind }: ImportedModule): Resolution {
    if (isBuiltin(specifier)) return NONE;
    if (/^(?:\.{1,2}(?:\/|$)|\/)/u.test(specifier)) return filesAt(pathFrom(dirname(file), plain(specifier)), file);
    if (specifier.startsWith('file:')) return filesAt(fileURLToPath(plain(specifier)), file);
    if (/^[a-z][a-z+.-]*:/u.test(specifier)) return NONE; // its text is all there is
    if (specifier.startsWith('#')) return this.#ofImportsMap(file, specifier, kind);
    return this.#ofPackage(file, specifier, kind);
  }

  #ofImportsMap(file: string, specifier: string, kind: ImportKind): Resolution {
    const owner = this.#packages.ownerOf(file);
    const target = owner === undefined ? undefined : importedPath(owner, specifier, kind);
    if (owner === undefined || target === undefined) return { kind: 'missing', path: specifier };
    if (target.startsWith('./')) return filesAt(join(owner.root, target), file);
    return target.startsWith('#') ? NONE : this.resolve(file, { specifier: target, kind });
  }

  #ofPackage(file: string, specifier: string, kind: ImportKind): Resolution {
    const [name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/su.exec(specifier)?.slice(1) ?? [];
    const subpath = `.${plain(rest)}`;
    const library = this.#library;
    if (name === library?.name) return { kind: 'package', name, version: library.version };
    const owner = this.#packages.ownerOf(file);
    if (owner?.name === name && owner.exports !== undefined) return filesOf(owner, subpath, { kind, file });
    const aliased = isTyped(file) ? this.#aliased(file, specifier) : undefined;
    if (aliased !== undefined) return aliased;
    const found = this.#packages.find(name, dirname(file));
    if (found === undefined) return this.#byLoader(file, specifier);
    // A linked package lies where somebody works on it.
    if (!isInstalled(found.root)) return filesOf(found, subpath, { kind, file });
    return { kind: 'package', name, version: `${found.name}@${found.version}` };
  }

  /** What a name that is no package stands for in TypeScript. */
  #aliased(file: string, specifier: string): Resolution | undefined {
    for (const path of this.#aliases.candidates(plain(specifier), file)) {
      const found = filesAt(path, file);
      if (found.kind === 'files') return found;
    }
    return undefined;
  }

  /** Package managers without folders of packages hook into the loader. */
  #byLoader(file: string, specifier: string): Resolution {
    try {
      const path = createRequire(file).resolve(specifier);
      const owner = this.#packages.ownerOf(path);
      if (owner !== undefined) return { kind: 'package', name: specifier, version: `${owner.name}@${owner.version}` };
      return { kind: 'files', paths: [path] };
    } catch {
      return { kind: 'missing', path: specifier };
    }
  }
}

/** Loaders add queries to load a module again. */
function plain(specifier: string): string {
  return specifier.replace(/[?#].*$/su, '');
}

function filesOf(
  found: Package,
  subpath: string,
  { kind, file }: { readonly kind: ImportKind; readonly file: string },
): Resolution {
  const path =
    exportedPath(found, subpath, kind) ?? exportedPath(found, subpath, kind === 'import' ? 'require' : 'import');
  if (path === undefined) return { kind: 'missing', path: join(found.root, subpath) };
  return filesAt(join(found.root, path), file);
}

/** The files at a path that a module names, with or without their extension. */
function filesAt(path: string, importer: string): Resolution {
  const extension = extname(path);
  const typed = (TYPED[extension] ?? []).map((other) => path.slice(0, -extension.length) + other).filter(isFile);
  if (isFile(path)) {
    // Next to what was compiled from it, loaders differ in whether a TypeScript is taken.
    const both = isTyped(importer) ? [path, ...typed] : [path];
    return { kind: 'files', paths: both.map((one) => realPath(one) ?? one) };
  }
  const guesses = [...GUESSED.map((other) => path + other), ...GUESSED.map((other) => join(path, `index${other}`))];
  const found = typed[0] ?? guesses.find(isFile);
  return found === undefined ? { kind: 'missing', path } : { kind: 'files', paths: [realPath(found) ?? found] };
}

function isTyped(path: string): boolean {
  return /\.[cm]?tsx?$/u.test(path);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
