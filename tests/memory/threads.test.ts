import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { BlockPool } from '../../src/memory/blocks.js';
import type { BlockHandle } from '../../src/memory/blocks.js';

const owner = {};

/** What a worker does: takes and releases blocks that others want, too, and looks whether anybody else writes there. */
const body = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { directory, thread, handles, rounds } = workerData;
  const pool = new BlockPool();
  pool.attach(directory, thread);
  pool.learn(handles);
  const owner = {};
  const held = [];
  let conflicts = 0;
  for (let round = 0; round < rounds; round += 1) {
    const words = new Int32Array(pool.take(4096, { owner }));
    const stamp = round * 16 + thread;
    words.fill(stamp);
    held.push({ words, stamp });
    if (held.length < 4) continue;
    const { words: old, stamp: expected } = held.splice(round % 4, 1)[0];
    if (old.some((word) => word !== expected)) conflicts += 1;
    pool.recycle(pool.blockOf(old.buffer));
  }
  const { buffer } = held[0].words;
  const id = pool.surrender(buffer);
  parentPort.postMessage({ conflicts, id, stamp: held[0].stamp, handles: pool.handlesSince(0).handles });
  // ends with the other blocks in hand
`;

interface Report {
  readonly conflicts: number;
  readonly id: number;
  readonly stamp: number;
  readonly handles: readonly BlockHandle[];
}

function workerCode(): string {
  const built = buildSync({
    entryPoints: [join(import.meta.dirname, '../../src/memory/blocks.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'iife',
    globalName: 'pools',
    target: 'es2022',
  });
  return `${built.outputFiles[0]?.text ?? ''}\nconst { BlockPool } = pools;\n${body}`;
}

test('threads recycle each other’s blocks, and never have one at the same time', async () => {
  const pool = new BlockPool();
  const directory = pool.share();
  const buffers = Array.from({ length: 6 }, () => pool.take(4096, { owner }));
  for (const buffer of buffers) {
    const block = pool.blockOf(buffer);
    if (block !== undefined) pool.recycle(block);
  }
  const { handles } = pool.handlesSince(0);
  const code = workerCode();
  const ended = [2, 3].map(async (thread) => {
    const worker = new Worker(code, { eval: true, workerData: { directory, thread, handles, rounds: 5000 } });
    const exit = once(worker, 'exit');
    const [report] = (await once(worker, 'message')) as [Report];
    expect(report.conflicts).toBe(0);
    pool.learn(report.handles);
    const adopted = pool.adopt(report.id, owner, thread);
    expect(new Int32Array(adopted).every((word) => word === report.stamp)).toBe(true);
    await exit;
    pool.reclaim(thread);
    return adopted;
  });
  const adopted = await Promise.all(ended);
  expect(pool.stats.liveBlocks).toBe(adopted.length);
  expect(adopted.every((buffer) => pool.locate(buffer)?.current)).toBe(true);
  // Three in hand of each thread and what a search may miss while others take and release: far fewer than were taken.
  expect(pool.stats.mappedBytes).toBeLessThan(4096 * 40);
});
