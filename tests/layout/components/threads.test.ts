import { afterEach, describe, expect, test } from '@jest/globals';
// Threads build components by modules of the build, which have to be those of the tests, too.
import {
  Constant,
  EveryNth,
  FromArray,
  FromIterable,
  Integrate,
  Lambda,
  Layout,
  Signal,
  Tap,
  Throttle,
  Throughput,
  ToCallback,
  unit,
  type Context,
} from '../../../dist/layout/index.js';
import { within } from '../../support/waiting.js';
import {
  Adder,
  look,
  Num,
  numbers,
  oddSums,
  plus,
  report,
  State,
  twiceUnlessFive,
  ValueAdder,
} from './threads/parts.js';

const QUEUE = { policy: 'queue' } as const;

class Made extends Layout {
  constructor(readonly make: (layout: Layout, one: Context, other: Context) => void) {
    super();
  }

  setup(): void {
    this.make(this, this.context(), this.context());
  }
}

let counts = new Int32Array(new SharedArrayBuffer(16));
afterEach(() => {
  counts = new Int32Array(new SharedArrayBuffer(16));
});

async function run(make: Made['make']): Promise<readonly number[]> {
  const running = await new Made(make).start();
  await within(20_000, running.done);
  return [...counts];
}

describe('on threads', () => {
  test('structs are arguments, and records of them come from arrays', async () => {
    const rows = [1, 2, 3].map((n) => ({ n, list: [n, n], inner: { x: n } }));
    expect(
      await run((layout, one, other) => {
        layout.connect(layout.add(one, FromArray, State, rows), layout.add(other, Adder, State, counts), QUEUE);
      }),
    ).toEqual([3, 6, 0, 0]);
  });

  test('nodes give iterables, route and look, and records pass what hands them on', async () => {
    expect(
      await run((layout, one, other) => {
        const source = layout.add(one, FromIterable, numbers, { output: Num });
        const twice = layout.add(other, Lambda, twiceUnlessFive, { inputs: [Num], output: Num });
        const tap = layout.add(other, Tap, look, { output: Num });
        const nth = layout.add(one, EveryNth, 2, { output: Num });
        const sums = layout.add(one, Integrate, Num, { dt: 1 });
        layout.connect(source, twice, QUEUE);
        layout.connect(twice, tap, QUEUE);
        layout.connect(tap, nth, QUEUE);
        layout.connect(nth, sums, QUEUE);
        layout.connect(sums, layout.add(other, Adder, Num, counts), QUEUE);
        layout.connect(sums, layout.add(other, ToCallback, look), QUEUE);
        layout.connect(sums, layout.add(other, Throughput, { report }), QUEUE);
      }),
      // 2 4 6 8 12 14 16 18 20, of which every other one is added up: 2 8 20 36 56.
    ).toEqual([5, 122, 14, 5]);
  });

  test('signals, constants and throttles run', async () => {
    const [fired = 0, total = 0] = await run((layout, one, other) => {
      const signal = layout.add(one, Signal, { rate: 5000, count: 50, shape: 'square', amplitude: 0, offset: 1 });
      const values = layout.add(one, Lambda, plus);
      const throttle = layout.add(other, Throttle, 0);
      layout.connect(signal, values, QUEUE);
      layout.connect(layout.add(other, Constant, Num, 1), values, { trigger: false });
      layout.connect(values, throttle, QUEUE);
      layout.connect(throttle, layout.add(one, ValueAdder, counts), QUEUE);
    });
    expect([fired, total]).toEqual([50, 100]);
  });

  test('units are made there, nodes inside of them included, and give what they have left', async () => {
    expect(
      await run((layout, one, other) => {
        const pairs = layout.add(other, unit(oddSums(), { inputs: ['any'] }));
        layout.connect(layout.add(one, FromArray, 'any', [1, 2, 3, 4, 5]), pairs, QUEUE);
        layout.connect(pairs, layout.add(one, ValueAdder, counts), QUEUE);
      }),
      // 1 4 | 9
    ).toEqual([2, 14, 0, 0]);
  });

  test('plain functions cannot be, and say so', async () => {
    const made = new Made((layout, one) => {
      layout.connect(
        layout.add(one, FromArray, 'any', [1]),
        layout.add(one, ToCallback, () => 1),
      );
    });
    await expect(made.start()).rejects.toMatchObject({
      component: 'ToCallback',
      cause: expect.objectContaining({ code: 'DAG_CANNOT_TRAVEL' }),
    });
  });
});
