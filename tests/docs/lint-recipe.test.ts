import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { blocksOf } from '../support/doc-blocks.js';
import { root, scratch } from '../support/paths.js';

const run = promisify(execFile);
const folder = join(scratch, 'lint-recipe');

interface LintResult {
  readonly messages: readonly { readonly ruleId: string | null; readonly line: number; readonly message: string }[];
}

const mistakes = [
  ['await sum;', '@typescript-eslint/await-thenable'],
  ['if (sum) print(1);', '@typescript-eslint/no-unnecessary-condition'],
  ['print(!sum);', '@typescript-eslint/strict-boolean-expressions'],
  ['print(sum ? 1 : 2);', '@typescript-eslint/strict-boolean-expressions'],
  ['print(sum && 1);', '@typescript-eslint/strict-boolean-expressions'],
  ['print(sum ?? 1);', '@typescript-eslint/no-unnecessary-condition'],
  ['print(await typedFuture);', 'no-restricted-syntax'],
  ['if (typedFuture) print(1);', 'no-restricted-syntax'],
  ['print(typedFuture === 3);', 'no-restricted-syntax'],
  ['print(3 !== future);', 'no-restricted-syntax'],
] as const;

const fine = [
  'print(await sum.resolve());',
  'if ((await sum.resolve()) === 3) print(1);',
  'print(await typedFuture.resolve());',
];

/** The rules that each line of a program breaks under the configuration that docs/futures.md recommends. */
async function rulesBroken(lines: readonly string[]): Promise<string[][]> {
  const recipe = blocksOf(join(root, 'docs', 'futures.md')).find(({ heading }) => heading === 'A lint recipe');
  expect(recipe).toBeDefined();
  const setup = [
    "import { node } from 'lazydag';",
    "const add = node((a: number, b: number) => a + b, { name: 'add' });",
    'const sum = add(1, 2);',
    'const [future, typedFuture] = [sum as never, sum as any];',
    'const print = (value: unknown): void => { console.log(value); };',
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'eslint.config.js'), recipe?.code ?? '');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] }),
  );
  writeFileSync(join(folder, 'program.ts'), [...setup, ...lines, ''].join('\n'));
  const eslint = join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
  const found = await run(process.execPath, [eslint, '--format', 'json', 'program.ts'], { cwd: folder }).catch(
    (error: unknown) => error as { stdout: string }, // it exits with 1 when rules are broken
  );
  const [result] = JSON.parse(found.stdout) as LintResult[];
  const broken = lines.map((): string[] => []);
  for (const { ruleId, line, message } of result?.messages ?? [])
    broken[line - setup.length - 1]?.push(ruleId ?? message);
  return broken;
}

test('the lint recipe finds what the library cannot catch, and nothing else', async () => {
  const broken = await rulesBroken([...mistakes.map(([line]) => line), ...fine]);
  mistakes.forEach(([line, rule], index) => {
    expect([line, broken[index]]).toEqual([line, expect.arrayContaining([rule])]);
  });
  expect(broken.slice(mistakes.length)).toEqual(fine.map(() => []));
}, 60_000);
