// One end of a channel on a thread of its own. `lib` is the bundle of src/layout/channel that the test has made.
import { setImmediate, setTimeout } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';

const { lib, role, descriptor, count, longest, seed, blocking, dieAt } = workerData;
const { ChannelReader, ChannelWriter } = await import(lib);

/** Random numbers below 1 from a seed (mulberry32). */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Stands still now and then: for a while without giving way, or until later in the event loop. */
async function stall() {
  const chance = random();
  if (chance < 0.0005) await new Promise((resolve) => setTimeout(resolve, 1));
  else if (chance < 0.003) await new Promise((resolve) => setImmediate(resolve));
  else if (chance < 0.02) for (let spin = random() * 20_000; spin > 0; spin -= 1) Math.sqrt(spin);
}

/** What word `index` of a value is: any mixture of two values shows. */
const wordOf = (value, index) => (Math.imul(value, 0x9e3779b1) + index) | 0;

function isWhole(words, value) {
  if (words[0] !== value) return false;
  for (let index = 1; index < words.length; index += 1) if (words[index] !== wordOf(value, index)) return false;
  return true;
}

const wordsOf = (view) => new Int32Array(view.buffer, view.byteOffset, view.byteLength >> 2);

async function write() {
  const writer = new ChannelWriter(descriptor, { onGrow: (bytes) => parentPort.postMessage({ grow: bytes }) });
  parentPort.on('message', ({ ring }) => writer.attach(ring));
  for (let value = 1; value <= count; value += 1) {
    const length = 1 + Math.floor(random() ** 4 * (longest - 1));
    const view = blocking ? writer.claimSync(length * 4) : await writer.claim(length * 4);
    const words = wordsOf(view);
    words[0] = value;
    for (let index = 1; index < length; index += 1) {
      words[index] = wordOf(value, index);
      if (index === length >> 1) await stall();
    }
    if (value === dieAt) process.exit(1);
    writer.publish(length * 4);
    // Messages of new rings come in between.
    if (value % 1024 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  writer.close();
}

async function read() {
  const reader = new ChannelReader(descriptor);
  parentPort.on('message', ({ ring }) => reader.attach(ring));
  parentPort.postMessage({ reading: true });
  const report = { first: 0, last: 0, read: 0, torn: 0, disordered: 0, gaps: 0 };
  for (;;) {
    const view = blocking ? reader.takeSync() : await reader.take();
    if (view === undefined) break;
    const words = wordsOf(view);
    const value = words[0];
    if (!isWhole(words, value)) report.torn += 1;
    await stall();
    if (value === dieAt) process.exit(1);
    // It was held across an await.
    if (!isWhole(words, value)) report.torn += 1;
    if (value <= report.last) report.disordered += 1;
    if (report.first === 0) report.first = value;
    else if (value !== report.last + 1) report.gaps += 1;
    report.last = value;
    report.read += 1;
  }
  reader.close();
  return report;
}

const report = role === 'write' ? await write() : await read();
parentPort.postMessage({ report: report ?? {} });
parentPort.close();
