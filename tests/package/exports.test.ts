import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { root, scratch } from '../support/paths.js';

interface Manifest {
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name, ...target }],
);

/** Runs a module from its text in a new process and parses what it prints. */
function evaluate(code: string): unknown {
  const args = ['--input-type=module', '--eval', code];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

describe.each(entries)('entry point $name', ({ types, default: code }) => {
  test('is built, with types', () => {
    expect(existsSync(join(root, code))).toBe(true);
    expect(existsSync(join(root, types))).toBe(true);
  });

  test('exports classes and functions under their own names', () => {
    // A bundler that renames a class makes it print as `_Future` and its errors lie about their kind.
    const url = JSON.stringify(pathToFileURL(join(root, code)).href);
    const names = evaluate(`
      const names = Object.entries(await import(${url}))
        .filter(([, value]) => typeof value === 'function')
        .map(([name, value]) => [name, value.name]);
      console.log(JSON.stringify(names));
    `) as [string, string][];
    for (const [exported, own] of names) expect(own).toBe(exported);
  });
});

/** Names of the packages whose modules are loaded when `url` is imported. */
function packagesLoadedBy(url: string): Set<string> {
  const lister = join(root, 'tests', 'support', 'loaded-modules.mjs');
  const urls = JSON.parse(execFileSync(process.execPath, [lister, url], { encoding: 'utf8' })) as string[];
  const packages = urls.map((loaded) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(loaded)?.[1] ?? 'lazydag');
  return new Set(packages);
}

/** `names` and everything that they depend on. */
function withDependencies(names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const path = join(root, 'node_modules', name, 'package.json');
    open.push(...Object.keys((JSON.parse(readFileSync(path, 'utf8')) as Partial<Manifest>).dependencies ?? {}));
  }
  return found;
}

describe('importing', () => {
  const allowed = withDependencies(Object.keys(manifest.dependencies));

  test.each(entries)('$name loads lazydag, its dependencies and no optional peer', ({ default: code }) => {
    const loaded = packagesLoadedBy(pathToFileURL(join(root, code)).href);
    expect([...loaded].filter((name) => name !== 'lazydag' && !allowed.has(name))).toEqual([]);
    for (const peer of Object.keys(manifest.peerDependencies)) expect(loaded).not.toContain(peer);
  });

  test('is watched: a package that is imported or required is seen', () => {
    const code =
      "import 'graphology'; import { createRequire } from 'node:module'; createRequire(import.meta.url)('typescript');";
    const path = join(scratch, 'watched.mjs');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(path, code);
    expect(packagesLoadedBy(pathToFileURL(path).href)).toEqual(new Set(['lazydag', 'graphology', 'typescript']));
  });
});
