import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { feedback, pipeline, stateful } from '../../../src/stream/index.js';
import { collectGarbage } from '../../support/garbage.js';
import { turnOfLoop } from '../../support/waiting.js';
import { keeping, many } from './flows.js';
import { Counted, someTime } from './streams.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const doubleLater = node(
  async (x: number) => {
    await someTime(x);
    return 2 * x;
  },
  { name: 'doubleLater', replicas: 8 },
);
const turning = node(
  async (x: number) => {
    await Promise.resolve();
    return { x };
  },
  { name: 'turning', replicas: 8 },
);
const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

describe.each([
  ['sync', double],
  ['async', doubleLater],
])('through a step that is %s', (_, step) => {
  test('nothing is read before anything is asked for', async () => {
    const items = new Counted(100);
    const run = pipeline((x: Future<number>) => step(x)).run(items);
    await turnOfLoop();
    expect(items.read).toBe(0);
    await run.close();
  });

  test.each([1, 2, 5])('there are never more than %d items between source and consumer', async (inFlight) => {
    const items = new Counted(60);
    const run = pipeline((x: Future<number>) => step(step(x)), { inFlight }).run(items);
    let taken = 0;
    for await (const _ of run) {
      taken += 1;
      for (let turn = 0; turn < 3; turn += 1) {
        await turnOfLoop();
        // Those that the consumer has taken are no more in between.
        expect(items.read - taken).toBeLessThanOrEqual(inFlight);
      }
    }
    expect(taken).toBe(60);
  });

  test('the same holds with errors, and without order', async () => {
    const items = new Counted(60);
    const picky = node(
      (x: number) => {
        if (x % 4 === 0) throw new RangeError('no');
        return x;
      },
      { name: 'picky' },
    );
    const run = pipeline((x: Future<number>) => step(picky(x)), { inFlight: 3, onError: 'skip', ordered: false }).run(
      items,
    );
    let taken = 0;
    for await (const _ of run) {
      taken += 1;
      await turnOfLoop();
      expect(items.read - taken - Math.ceil(items.read / 4)).toBeLessThanOrEqual(3);
    }
    expect(taken).toBe(45);
  });

  test('a flow gives no more than is wanted', async () => {
    let given = 0;
    const spread = many(function* (x) {
      for (let at = 0; at < 10; at += 1) {
        given += 1;
        yield x;
      }
    });
    const run = pipeline((x: Future<number>) => step(spread(x)), { inFlight: 4 }).run(new Counted(10));
    let taken = 0;
    for await (const _ of run) {
      taken += 1;
      await turnOfLoop();
      expect(given - taken).toBeLessThanOrEqual(4);
    }
    expect(taken).toBe(100);
  });
});

/** Bytes of the heap that are in use. */
async function heap(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What a run leaves in the heap while it goes on, in bytes. */
async function growth(run: AsyncIterable<unknown>, { warm, items }: { warm: number; items: number }): Promise<number> {
  let before = 0;
  let count = 0;
  for await (const _ of run) {
    count += 1;
    if (count === warm) before = await heap();
    if (count === items - 1) return (await heap()) - before;
  }
  throw new Error(`${count.toString()} results only`);
}

const MIB = 2 ** 20;

test('200,000 items hold no memory in a pipeline whose steps end at once', async () => {
  const run = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return [keeping(() => true)(sums()(double(x))), last.from(double(x))] as const;
  }).run(
    (function* () {
      for (let x = 0; x < 200_000; x += 1) yield x;
    })(),
  );
  expect(await growth(run, { warm: 20_000, items: 200_000 })).toBeLessThan(4 * MIB);
});

test('20,000 items hold no memory in an asynchronous one', async () => {
  const ofX = node(({ x }: { x: number }) => x, { name: 'ofX' });
  const run = pipeline((x: Future<number>) => {
    const last = feedback(0);
    last.from(x);
    return [sums()(ofX(turning(ofX(turning(x))))), last] as const;
  }).run(
    (function* () {
      for (let x = 0; x < 20_000; x += 1) yield x;
    })(),
  );
  expect(await growth(run, { warm: 4_000, items: 20_000 })).toBeLessThan(4 * MIB);
});
