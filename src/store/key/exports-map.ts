import type { Package } from './packages.js';

/** How a module asks for another. */
export type ImportKind = 'import' | 'require';

const BUILTIN_CONDITIONS = ['node', 'module-sync', 'node-addons', 'default'];

/** The conditions that hold for this process. */
function conditionsOf(kind: ImportKind): ReadonlySet<string> {
  const own = process.execArgv.flatMap((flag, index) => {
    const named = /^(?:--conditions=|-C=?)(.+)$/u.exec(flag)?.[1];
    if (named !== undefined) return [named];
    return flag === '--conditions' || flag === '-C' ? (process.execArgv[index + 1] ?? []) : [];
  });
  return new Set([...BUILTIN_CONDITIONS, kind, ...own]);
}

/** The path that a package exports under `.` or `./path`, relative to it; undefined where it exports none. */
export function exportedPath({ exports, main }: Package, subpath: string, kind: ImportKind): string | undefined {
  if (exports === undefined || exports === null) {
    if (subpath !== '.') return subpath;
    return typeof main === 'string' && main !== '' ? `./${main.replace(/^\.\//u, '')}` : './index.js';
  }
  const isMap = typeof exports === 'object' && !Array.isArray(exports) && keysOf(exports)[0]?.startsWith('.') === true;
  const map = isMap ? (exports as Record<string, unknown>) : { '.': exports }; // not an array, as seen
  return lookUp(map, subpath, conditionsOf(kind));
}

/** What a package maps an `#import` to: a path relative to it, or the name of another. */
export function importedPath({ imports }: Package, specifier: string, kind: ImportKind): string | undefined {
  if (typeof imports !== 'object' || imports === null) return undefined;
  return lookUp(imports as Record<string, unknown>, specifier, conditionsOf(kind)); // an object of a JSON
}

function keysOf(object: object): string[] {
  return Object.keys(object);
}

/** The exact entry, else that of the longest pattern that fits. */
function lookUp(map: Record<string, unknown>, key: string, conditions: ReadonlySet<string>): string | undefined {
  if (Object.hasOwn(map, key) && !key.includes('*')) return targetOf(map[key], conditions);
  const patterns = keysOf(map)
    .filter((pattern) => pattern.includes('*'))
    .sort((a, b) => b.indexOf('*') - a.indexOf('*') || b.length - a.length);
  for (const pattern of patterns) {
    const [before = '', after = ''] = pattern.split('*');
    if (!key.startsWith(before) || !key.endsWith(after) || key.length < pattern.length) continue;
    const filling = key.slice(before.length, key.length - after.length);
    return targetOf(map[pattern], conditions)?.replaceAll('*', filling);
  }
  return undefined;
}

/** The first target whose conditions hold. */
function targetOf(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  const entries = Array.isArray(target)
    ? (target as unknown[])
    : Object.entries(target as Record<string, unknown>).flatMap(([name, inner]) =>
        conditions.has(name) ? [inner] : [],
      );
  for (const entry of entries) {
    const found = targetOf(entry, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
