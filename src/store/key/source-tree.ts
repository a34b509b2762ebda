import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { hexOf, hexOfText, type Hasher } from '../hashing.js';
import { importsOf, isCode, type ParseImports } from './imports.js';
import type { ModuleFiles, Resolution } from './module-files.js';
import type { Packages } from './packages.js';

/** The source that identifies nodes of a module. */
export interface SourceFacts {
  /** Digest of it all. */
  readonly hash: string;
  /** Short hashes of the files, and versions of packages, by path relative to the package of the module. */
  readonly files: Readonly<Record<string, string>>;
  /** The file that changed last; undefined where there is none. */
  readonly latest: FileTime | undefined;
}

/** When a file changed. */
export interface FileTime {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is known of one file. */
interface SourceFile {
  readonly hash: string;
  readonly time: FileTime | undefined;
  readonly imports: readonly Resolution[];
}

/** What reading sources takes. */
export interface SourceReading {
  readonly packages: Packages;
  readonly modules: ModuleFiles;
  readonly hasher: Hasher;
  readonly parse: ParseImports;
}

const SHORT = 8;
const MISSING = 'missing';

/** Reads files and what they import; each file once, since what runs is what was loaded. */
export class SourceTree {
  readonly #reading: SourceReading;
  readonly #files = new Map<string, SourceFile>();
  readonly #facts = new Map<string, SourceFacts>();

  constructor(reading: SourceReading) {
    this.#reading = reading;
  }

  /** Whether there is such a file. */
  has(path: string): boolean {
    return this.#file(path).hash !== MISSING;
  }

  /** A file and all it imports, in whatever order and as often as it does; but for packages, of which the version counts. */
  withImports(path: string): SourceFacts {
    let facts = this.#facts.get(path);
    if (facts === undefined) {
      facts = this.#walk(path);
      this.#facts.set(path, facts);
    }
    return facts;
  }

  /** A file alone. */
  alone(path: string): SourceFacts {
    const { hash, time } = this.#file(path);
    return { hash, files: { [this.#nameOf(path, path)]: hash.slice(0, SHORT) }, latest: time };
  }

  #walk(root: string): SourceFacts {
    const found = new Map<string, string>();
    const seen = new Set([root]);
    const stack = [root];
    let latest: FileTime | undefined;
    for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
      const { hash, time, imports } = this.#file(path);
      if (time !== undefined && time.at > (latest?.at ?? -Infinity)) latest = time;
      found.set(this.#nameOf(path, root), hash);
      for (const resolution of imports) {
        if (resolution.kind === 'package') found.set(`node_modules/${resolution.name}`, resolution.version);
        else if (resolution.kind === 'missing') found.set(this.#nameOf(resolution.path, root), MISSING);
        else if (resolution.kind === 'files') {
          for (const next of resolution.paths) {
            if (seen.has(next)) continue;
            seen.add(next);
            stack.push(next);
          }
        }
      }
    }
    const names = [...found.keys()].sort();
    const lines = names.map((name) => `${name}\0${found.get(name) ?? ''}\n`);
    // Versions are short as they are.
    const short = (name: string): string => {
      const hash = found.get(name) ?? '';
      return name.startsWith('node_modules/') || hash === MISSING ? hash : hash.slice(0, SHORT);
    };
    return {
      hash: hexOfText(this.#reading.hasher, lines.join('')),
      files: Object.freeze(Object.fromEntries(names.map((name) => [name, short(name)]))),
      latest,
    };
  }

  #file(path: string): SourceFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = this.#read(path);
      this.#files.set(path, file);
    }
    return file;
  }

  #read(path: string): SourceFile {
    let bytes: Buffer;
    let at: number;
    try {
      bytes = readFileSync(path);
      // Only then, so that the time is never older than what was read. Saving may set one of these back, not both.
      const { mtimeMs, ctimeMs } = statSync(path);
      at = Math.floor(Math.max(mtimeMs, ctimeMs));
    } catch {
      return { hash: MISSING, time: undefined, imports: [] };
    }
    const { hasher, parse, modules } = this.#reading;
    const imported = isCode(path) ? importsOf(bytes.toString('utf8'), parse) : [];
    return {
      hash: hexOf(hasher, bytes),
      time: { path, at },
      imports: imported.map((one) => modules.resolve(path, one)),
    };
  }

  /** The path of a file relative to the package of `root`; of one in another package, its name and the path in that. */
  #nameOf(path: string, root: string): string {
    if (!isAbsolute(path)) return path;
    const { packages } = this.#reading;
    const home = packages.homeOf(root);
    const other = packages.ownerOf(path);
    if (other !== undefined && other.root !== home.root) return `${other.name}:${pathIn(other.root, path)}`;
    const inHome = pathIn(home.root, path);
    if (!isAbsolute(inHome)) return inHome;
    const { name, root: elsewhere } = packages.homeOf(path); // on another drive
    return `${name}:${pathIn(elsewhere, path)}`;
  }
}

/** A path relative to a folder, with forward slashes. */
export function pathIn(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
