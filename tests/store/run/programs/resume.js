// A program that is killed at any time, and begun again: writes down each body that runs, and at the end the sum.
import { appendFileSync } from 'node:fs';
import { node, WorkerPool } from '../../../../dist/index.js';
import { DiskStore } from '../../../../dist/store/index.js';
import { isMainThread } from 'node:worker_threads';

const [, , path = '', log = '', how = 'inline'] = process.argv;

/** 200 calls of it are one graph. */
const cell = node(
  (/** @type {string} */ file, /** @type {number} */ place, /** @type {readonly { sum: number }[]} */ inputs) => {
    appendFileSync(file, `${process.pid} ${place}\n`);
    const until = performance.now() + 2;
    while (performance.now() < until);
    const sum = inputs.reduce((total, input) => (total + input.sum) % 1_000_003, place);
    return { sum, samples: new Float64Array(5000).fill(sum) };
  },
  { name: 'cell', persist: 'disk', ignore: ['file'] },
);

async function main() {
  const store = new DiskStore({ path });
  const executor = how === 'pool' ? new WorkerPool({ threads: 2, placement: 'pool' }) : 'inline';
  let row = Array.from({ length: 8 }, (_, place) => cell(log, place, []));
  for (let depth = 1; depth < 25; depth += 1)
    row = row.map((_, place) => cell(log, depth * 8 + place, [row[place], row[(place + 3) % 8]]));
  const last = cell(log, 200, row);
  const { sum, samples } = await last.resolve({ store, executor });
  if (samples.some((sample) => sample !== sum)) throw new Error('not as it was written');
  console.log(sum);
  if (executor !== 'inline') await executor.close();
  await store.close();
}

if (isMainThread) await main();
