import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';

/** A folder with a `package.json` that has a name. */
export interface Package {
  /** Folder, as it really is. */
  readonly root: string;
  readonly name: string;
  /** '' where it has none. */
  readonly version: string;
  readonly exports: unknown;
  readonly imports: unknown;
  readonly main: unknown;
}

/** What paths of modules are relative to, and what tells them from those of the same name elsewhere. */
export type Home = Pick<Package, 'root' | 'name'>;

/** Begins the names of folders that belong to no package: no package has such a name. */
const UNNAMED = '~';
const MODULES = `${sep}node_modules${sep}`;

/** Whether a path is inside a folder of installed packages. */
export function isInstalled(path: string): boolean {
  return path.includes(MODULES);
}

/** A path that may be relative to a folder. */
export function pathFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The real path of a file or folder; undefined where there is none. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A package's own `package.json`, if it is one with a name. */
function readPackage(root: string): Package | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    if (typeof json !== 'object' || json === null) return undefined;
    const { name, version, exports, imports, main } = json as Partial<Record<string, unknown>>; // looked at below
    if (typeof name !== 'string' || name === '') return undefined;
    return { root, name, version: typeof version === 'string' ? version : '', exports, imports, main };
  } catch {
    return undefined; // not there, or none that node could read
  }
}

/** The packages that a process has met. What was found once stays so. */
export class Packages {
  readonly #owners = new Map<string, Package | undefined>();
  readonly #found = new Map<string, Package | undefined>();
  readonly #byName = new Map<string, Package>();
  readonly #homes = new Map<string, Home>();
  readonly #unnamed = new Map<string, Home>();

  /** The package that a file belongs to: that of the nearest `package.json` with a name. */
  ownerOf(file: string): Package | undefined {
    const folder = dirname(file);
    const known = this.#owners.get(folder);
    if (known !== undefined || this.#owners.has(folder)) return known;
    const passed: string[] = [];
    let owner: Package | undefined;
    for (let at = folder; ; at = dirname(at)) {
      owner = this.#owners.get(at) ?? readPackage(at);
      passed.push(at);
      if (owner !== undefined || dirname(at) === at) break;
    }
    for (const at of passed) this.#owners.set(at, owner);
    if (owner !== undefined && !this.#byName.has(owner.name)) this.#byName.set(owner.name, owner);
    return owner;
  }

  /**
   * The package that a file belongs to; where that has no name, the folder of the nearest `package.json`, else its own.
   * Such a folder is named by the hash of its path: its keys hold on this machine only.
   */
  homeOf(file: string): Home {
    const owner = this.ownerOf(file);
    if (owner !== undefined) return owner;
    const folder = dirname(file);
    let home = this.#homes.get(folder);
    if (home === undefined) {
      home = unnamedHome(folder);
      this.#homes.set(folder, home);
      this.#unnamed.set(home.name, home);
    }
    return home;
  }

  /** The package that a file or folder gets by a name: from the nearest `node_modules` that has it. */
  find(name: string, from: string): Package | undefined {
    const at = `${from}\n${name}`;
    if (!this.#found.has(at)) this.#found.set(at, this.#search(name, from));
    return this.#found.get(at);
  }

  #search(name: string, from: string): Package | undefined {
    for (let folder = from; ; folder = dirname(folder)) {
      const root = realPath(join(folder, 'node_modules', name));
      const found = root === undefined ? undefined : readPackage(root);
      if (found !== undefined) {
        if (!this.#byName.has(found.name)) this.#byName.set(found.name, found);
        return found;
      }
      if (dirname(folder) === folder) return undefined;
    }
  }

  /** A package, or a folder without one, that was met, else one that the program would get by its name. */
  named(name: string): Home | undefined {
    const known = this.#byName.get(name) ?? this.#unnamed.get(name);
    if (known !== undefined) return known;
    const main = process.argv[1];
    for (const from of [...(main === undefined ? [] : [dirname(main)]), process.cwd()]) {
      const own = this.homeOf(join(from, 'package.json'));
      if (own.name === name) return own;
      const found = this.find(name, from);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function unnamedHome(folder: string): Home {
  let root = folder;
  while (!existsSync(join(root, 'package.json'))) {
    const above = dirname(root);
    if (above === root) {
      root = folder;
      break;
    }
    root = above;
  }
  return { root, name: UNNAMED + createHash('sha256').update(root).digest('hex').slice(0, 16) };
}
