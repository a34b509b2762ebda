import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { root, scratch } from '../../support/paths.js';
import { inFolder } from './folder.js';
import type { Opening } from './programs/opening.js';

const run = promisify(execFile);
const program = join(scratch, 'opening.mjs');

beforeAll(async () => {
  // Compiled once, as it is run once for each test: what makes keys is opened once in a process.
  await build({
    entryPoints: [join(root, 'tests/store/run/programs/opening.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
  });
});

/** What the program tells of one way to open what makes keys. */
async function opened(way: string): Promise<Opening> {
  let opening: Opening | undefined;
  await inFolder(async (folder) => {
    const { stdout } = await run(process.execPath, [program, way, join(folder, 'results')], { cwd: root });
    opening = JSON.parse(stdout) as Opening; // what it prints
  });
  if (opening === undefined) throw new Error('it told nothing');
  return opening;
}

const notOpen: unknown = expect.objectContaining({ code: 'DAG_STORE_NOT_OPEN' });

test.each(['DiskStore', 'MemoryStore', 'TieredStore'])(
  'a %s that is open makes runs and plans possible that cannot wait',
  async (kind) => {
    expect(await opened(kind)).toEqual({ before: [notOpen, notOpen], cached: [], value: 16 });
  },
);

const notLoaded: unknown = expect.objectContaining({
  code: 'DAG_STORE_NOT_OPEN',
  message: expect.stringContaining('openKeys()') as unknown,
});

test.each([
  'a run',
  'a run of several targets',
  'asCompleted()',
  'a Graph',
  'a run of a body',
  'explain()',
  'openKeys()',
])('%s loads what makes keys where the store does not', async (way) => {
  expect(await opened(way)).toEqual({ before: [notLoaded, notLoaded], cached: [], value: 16 });
});
