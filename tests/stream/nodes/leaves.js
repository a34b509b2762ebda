// A program that ends although runs of pipelines were not ended.
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { node } from 'lazydag';
import { pipeline } from 'lazydag/stream';

const later = node(
  async (/** @type {number} */ x) => {
    await turn();
    return 2 * x;
  },
  { name: 'later', replicas: 2 },
);
const doubling = pipeline((/** @type {import('lazydag').Future<number>} */ x) => later(x));

// Left alone, with items under way.
const left = doubling.run([0, 1, 2, 3]);
console.log(await left.pull(), await left.pull());
void doubling.run().call(1);

// Closed while its source waits for ever.
const waits = doubling.run(new Readable({ objectMode: true, read: () => undefined }));
void waits.next();
await turn();
await waits.close();
console.log('closed');
