// A pipeline in a process of its own, which may be killed at any moment: it saves its state now and then, and goes on from there.
import { Buffer } from 'node:buffer';
import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { node } from '../../../dist/index.js';
import { batch, feedback, pipeline, stateful } from '../../../dist/stream/index.js';

const [folder, items] = [process.argv[2], Number(process.argv[3])];
const results = `${folder}/results`;
const saved = `${folder}/saved`;
/** Results between two snapshots. */
const every = 7;

const slow = node(
  async (value) => {
    await sleep(value % 3);
    return value + 1;
  },
  { name: 'slow', replicas: 3 },
);
const add = node((a, b) => (a + b) % 1_000_003, { name: 'add' });
const counter = stateful(
  {
    init: () => ({ count: 0 }),
    step: (state, value) => {
      state.count += 1;
      return [state.count, value];
    },
  },
  { name: 'counter' },
);

const resumable = pipeline(
  (value) => {
    const last = feedback(0);
    const sum = last.from(add(last, slow(value)));
    return batch(3)(counter()(sum));
  },
  { name: 'resumable', inFlight: 8 },
);

function* numbers() {
  for (let item = 0; item < items; item += 1) yield item;
}

const before = existsSync(saved) ? deserialize(readFileSync(saved)) : undefined;
// What came after the snapshot comes again.
if (existsSync(results)) truncateSync(results, before?.bytes ?? 0);
const running = resumable.run(numbers(), before === undefined ? {} : { restore: before.snapshot });
let bytes = before?.bytes ?? 0;
let count = 0;
for await (const result of running) {
  const line = `${JSON.stringify(result)}\n`;
  appendFileSync(results, line);
  bytes += Buffer.byteLength(line);
  count += 1;
  if (count % every !== 0) continue;
  writeFileSync(`${saved}.new`, serialize({ bytes, snapshot: await running.snapshot() }));
  renameSync(`${saved}.new`, saved);
}
console.log('done');
