import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { layers } from '../../eslint.layers.js';
import { root } from '../support/paths.js';

let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({
    cwd: root,
    // The project's own configuration, without types: the files of these snippets do not exist.
    overrideConfig: [
      {
        files: ['**/*.ts'],
        rules: tseslint.configs.disableTypeChecked.rules ?? {},
        languageOptions: { parserOptions: { projectService: false } },
      },
    ],
  });
});

async function rulesBroken(filename: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, filename) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

/** A file in a layer, as it is named seen from src/. */
function fileOf(layer: string): string {
  return layer === 'errors' || layer === 'index' ? layer : `${layer}/some-file`;
}

describe('layers', () => {
  const names = Object.keys(layers) as (keyof typeof layers)[];
  const folders = names.filter((name) => name !== 'index');

  test.each(names)('%s may import what the architecture allows, and nothing else', async (from) => {
    const up = from === 'errors' || from === 'index' ? './' : '../';
    const refused: string[] = [];
    for (const to of folders.filter((name) => name !== from)) {
      const code = `import { thing } from '${up}${fileOf(to)}.js';\nexport const other = thing;\n`;
      const broken = await rulesBroken(`src/${fileOf(from)}.ts`, code);
      if (broken.length > 0) {
        expect(broken).toEqual(['lazydag/layers']);
        refused.push(to);
      }
    }
    const allowed: readonly string[] = layers[from];
    expect(refused).toEqual(folders.filter((name) => name !== from && !allowed.includes(name)));
  });

  test('the table says what the architecture says', () => {
    expect(layers.store).not.toContain('executor');
    expect(layers.executor).not.toContain('store');
    expect(layers.view).toEqual(['errors', 'graph']);
    expect(layers.index).not.toContain('view');
  });

  test.each([
    ["export { thing } from '../resolve/resolver.js';", 'a re-export'],
    ["import type { Thing } from '../resolve/resolver.js';\nexport const thing: Thing = 1;", 'a type import'],
    ["export const thing = import('../resolve/resolver.js');", 'a dynamic import'],
    ["export type Thing = import('../resolve/resolver.js').Thing;", 'an inline type import'],
    ["import { thing } from '../../src/resolve/resolver.js';\nexport const other = thing;", 'a roundabout path'],
    ["import { thing } from 'lazydag';\nexport const other = thing;", 'the own package name'],
  ])('%s is caught: %s', async (code) => {
    expect(await rulesBroken('src/graph/node.ts', `${code}\n`)).toContain('lazydag/layers');
  });

  test('a file in a folder that is no layer is refused', async () => {
    const code = "import { thing } from '../errors.js';\nexport const other = thing;\n";
    expect(await rulesBroken('src/helpers/strings.ts', code)).toEqual(['lazydag/layers']);
  });

  test('a deeper file of a layer may import its own layer and the layers below', async () => {
    const code =
      "import { a } from '../inline.js';\nimport { b } from '../../memory/alloc.js';\nexport const c = [a, b];\n";
    expect(await rulesBroken('src/executor/pool/worker.ts', code)).toEqual([]);
  });
});

describe('reflect-metadata', () => {
  const code = "import 'reflect-metadata';\n";

  test('is imported by graph/reflect*', async () => {
    expect(await rulesBroken('src/graph/reflect.ts', code)).toEqual([]);
    expect(await rulesBroken('src/graph/reflect-types.ts', code)).toEqual([]);
  });

  test.each(['src/graph/node.ts', 'src/index.ts', 'src/resolve/reflect.ts'])('is not imported by %s', async (file) => {
    expect(await rulesBroken(file, code)).toEqual(['lazydag/layers']);
  });
});

describe('schedule', () => {
  test.each([
    ["import { readFileSync } from 'node:fs';\nexport const read = readFileSync;", 'lazydag/layers'],
    ['export const now = () => Date.now();', 'no-restricted-globals'],
    ['export const now = () => performance.now();', 'no-restricted-globals'],
    ['export const later = (f: () => void) => setTimeout(f, 1);', 'no-restricted-globals'],
    ['export const done = () => Promise.resolve();', 'no-restricted-globals'],
    ['export async function run() {}', 'no-restricted-syntax'],
  ])('%s breaks %s', async (code, rule) => {
    expect(await rulesBroken('src/schedule/ready-queue.ts', `${code}\n`)).toContain(rule);
    expect(await rulesBroken('src/executor/ready-queue.ts', `${code}\n`)).not.toContain(rule);
  });
});

describe('house style', () => {
  test.each([
    ['export default 1;', 'no-restricted-syntax'],
    ["export * from './node.js';", 'no-restricted-syntax'],
    ['export const f = (x: any) => x;', '@typescript-eslint/no-explicit-any'],
    ['export const f = (x: string | undefined) => x!;', '@typescript-eslint/no-non-null-assertion'],
    ['// @ts-ignore: no\nexport const f = 1;', '@typescript-eslint/ban-ts-comment'],
    ['console.log(1);', 'no-console'],
  ])('%s breaks %s', async (code, rule) => {
    expect(await rulesBroken('src/graph/some-file.ts', `${code}\n`)).toContain(rule);
  });
});
