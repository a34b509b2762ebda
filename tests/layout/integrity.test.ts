import { expect, test } from '@jest/globals';
// Threads find components by modules of the build, which have to be those of the test, too.
import { Layout, type EdgeOptions } from '../../dist/layout/index.js';
import { within } from '../support/waiting.js';
import { Fill, Lengths, SeeFilled, SeeLengths } from './nodes/marked.js';

type Source = new (end: number) => Fill | Lengths;
type Sink = new (memory: SharedArrayBuffer) => SeeFilled | SeeLengths;

/** Torn and disordered values that went from thread to thread, how many there were, and the last one plus one. */
async function seen(Source: Source, Sink: Sink, end: number, edge: EdgeOptions): Promise<number[]> {
  const memory = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
  class Between extends Layout {
    setup(): void {
      const source = this.add(this.context(), Source, end);
      this.connect(source, this.add(this.context(), Sink, memory), edge);
    }
  }
  const running = await new Between().start();
  await within(25_000, running.done);
  return [...new Float64Array(memory)];
}

test('a queue loses, reorders and tears no payload of any size while both sides stall at random', async () => {
  expect(await seen(Lengths, SeeLengths, 20_000, { policy: 'queue', capacity: 8 })).toEqual([0, 0, 20_000, 20_000]);
});

test('a reader that samples large records sees whole ones, each newer than the one before, and the last', async () => {
  const [torn, disordered, count, last] = await seen(Fill, SeeFilled, 50_000, { policy: 'latest' });
  expect([torn, disordered, last]).toEqual([0, 0, 50_000]);
  expect(count).toBeGreaterThan(1);
});
