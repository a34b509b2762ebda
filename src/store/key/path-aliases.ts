import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathFrom } from './packages.js';

/** What a `tsconfig.json` says of where modules are. */
export interface PathAliases {
  /** Folder for names that are not relative. */
  readonly baseUrl: string | undefined;
  /** Folders or files, as absolute paths, by pattern. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

const NONE: PathAliases = { baseUrl: undefined, paths: {} };
/** Configurations that extend each other. */
const DEEPEST = 16;

/** Finds the aliases that loaders of TypeScript follow, which node itself knows nothing of. */
export class PathAliasBook {
  readonly #byFolder = new Map<string, PathAliases>();

  /** The paths that a name may stand for in a file, the most likely first. */
  candidates(specifier: string, file: string): string[] {
    const { paths, baseUrl } = this.#of(dirname(file));
    const patterns = Object.keys(paths).sort((a, b) => prefixLength(b) - prefixLength(a));
    const found = patterns.flatMap((pattern) => {
      const filling = fillingOf(pattern, specifier);
      if (filling === undefined) return [];
      return (paths[pattern] ?? []).map((target) => target.replace('*', () => filling));
    });
    return baseUrl === undefined ? found : [...found, join(baseUrl, specifier)];
  }

  #of(folder: string): PathAliases {
    let aliases = this.#byFolder.get(folder);
    if (aliases === undefined) {
      const above = dirname(folder);
      aliases = read(join(folder, 'tsconfig.json'), 0) ?? (above === folder ? NONE : this.#of(above));
      this.#byFolder.set(folder, aliases);
    }
    return aliases;
  }
}

function prefixLength(pattern: string): number {
  return pattern.includes('*') ? pattern.indexOf('*') : Infinity;
}

/** What the star of a pattern stands for; undefined where the pattern does not fit. */
function fillingOf(pattern: string, specifier: string): string | undefined {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === specifier ? '' : undefined;
  const fits = specifier.length >= before.length + after.length;
  if (!fits || !specifier.startsWith(before) || !specifier.endsWith(after)) return undefined;
  return specifier.slice(before.length, specifier.length - after.length);
}

/** Reads a configuration, and those that it extends; undefined where there is none. */
function read(path: string, depth: number): PathAliases | undefined {
  const config = parsed(path);
  if (config === undefined) return undefined;
  const bases = depth < DEEPEST ? [config['extends']].flat().filter((base) => typeof base === 'string') : [];
  let aliases = NONE;
  for (const base of bases) aliases = { ...aliases, ...read(basePath(base, path), depth + 1) };
  const options = (config['compilerOptions'] ?? {}) as Partial<Record<string, unknown>>; // looked at below
  const folder = dirname(path);
  const own = typeof options['baseUrl'] === 'string' ? pathFrom(folder, options['baseUrl']) : undefined;
  const baseUrl = own ?? aliases.baseUrl;
  const paths = options['paths'];
  if (typeof paths !== 'object' || paths === null) return { ...aliases, baseUrl };
  const targets = Object.entries(paths as Record<string, unknown>).map(([pattern, list]) => {
    const texts = [list].flat().filter((target) => typeof target === 'string');
    return [pattern, texts.map((target) => pathFrom(baseUrl ?? folder, target))] as const;
  });
  return { baseUrl, paths: Object.fromEntries(targets) };
}

function basePath(base: string, path: string): string {
  if (!/^\.{0,2}\//u.test(base)) {
    try {
      return createRequire(path).resolve(base);
    } catch {
      return base; // not there
    }
  }
  const at = pathFrom(dirname(path), base);
  return at.endsWith('.json') ? at : `${at}.json`;
}

/** Such files may have comments, and commas at the ends. */
function parsed(path: string): Partial<Record<string, unknown>> | undefined {
  try {
    const text = readFileSync(path, 'utf8')
      .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu, '$1')
      .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/gu, '$1');
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
