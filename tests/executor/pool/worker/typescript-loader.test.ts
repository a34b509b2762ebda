import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { registerTypeScriptLoader } from '../../../../src/executor/pool/worker/typescript-loader.js';
import { root, scratch } from '../../../support/paths.js';

const run = promisify(execFile);
const folder = join(scratch, 'typescript-loader');
const script = join(folder, 'script.ts');

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    script,
    `import { lazy, node, resolve, WorkerPool } from 'lazydag';
     import { threadId } from 'node:worker_threads';
     class Where {
       @node()
       static runs(x: number): number {
         return threadId > 0 ? x : -x;
       }
     }
     await using pool = new WorkerPool({ threads: 1, placement: 'pool', ...JSON.parse(process.argv[2] ?? '{}') });
     console.log(await resolve(lazy(Where).runs(1), { executor: pool }));`,
  );
});

test.each([
  ['as an option of Node.js', ['--import', 'tsx', script], {}],
  ['by its command', [join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), script], {}],
  ['from the environment', [script], { NODE_OPTIONS: '--import tsx' }],
])('threads import TypeScript where the process does so by tsx, %s', async (_, options, env) => {
  const { stdout } = await run(process.execPath, options, { cwd: root, env: { ...process.env, ...env } });
  expect(stdout).toBe('1\n');
});

test('without tsx among the options nothing is registered', async () => {
  await expect(
    registerTypeScriptLoader(['--enable-source-maps', '--import', './own-loader.mjs']),
  ).resolves.toBeUndefined();
});
