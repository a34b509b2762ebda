import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { init, parse } from 'es-module-lexer';
import type { NodeOptions } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import type { Future } from '../../../src/graph/future.js';
import { loadHashers, type HashKind } from '../../../src/store/hashing.js';
import { LocalKeys } from '../../../src/store/key/local-keys.js';
import { NodeSources } from '../../../src/store/key/node-sources.js';
import { Packages } from '../../../src/store/key/packages.js';
import { scratch } from '../../support/paths.js';

await init();
const hashers = await loadHashers();

/** Keys of a run of a process that has read no source yet. */
export function freshKeys(hash: HashKind = 'xxh128'): LocalKeys {
  const packages = new Packages();
  const library = { root: '/', name: 'lazydag', version: '9.9.9', exports: {}, imports: {}, main: undefined };
  return new LocalKeys(hashers[hash], new NodeSources({ hasher: hashers[hash], parse, packages, library }));
}

const take = node((value: unknown) => value, { name: 'take', version: '1' });

/** A call that takes a value. */
export function taking(value: unknown): Future {
  return take(value); // whatever type it is of
}

const shared = freshKeys();

/** The key of a call that takes a value. */
export function keyOfValue(value: unknown, keys: LocalKeys = freshKeys()): string {
  return keys.keyOf(taking(value));
}

/** The same, in a run that all tests of a file share: quick, for values that nobody changes. */
export function quickKey(value: unknown): string {
  return shared.keyOf(taking(value));
}

/** The one body of all nodes that files of a folder define: two would not be the same node. */
const count = (...taken: unknown[]): number => taken.length;

/** A folder of packages, which is taken away by {@link PackageFolder.remove}. */
export class PackageFolder {
  readonly root: string;

  constructor() {
    mkdirSync(scratch, { recursive: true });
    this.root = mkdtempSync(join(scratch, 'packages-'));
  }

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
    }
    return this;
  }

  link(name: string, target: string): this {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    symlinkSync(this.path(target), this.path(name), 'dir');
    return this;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A call of a node that a file of the folder defines. */
  call(file: string, options: NodeOptions & { readonly outputs?: never } = {}, ...args: unknown[]): Future {
    const module = pathToFileURL(this.path(file)).href;
    return node(count, { name: 'compute', module, ...options })(...args);
  }
}
