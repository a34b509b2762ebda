import { describe, expect, test } from '@jest/globals';
import {
  Collector,
  emitAll,
  FromArray,
  FromIterable,
  Router,
  skip,
  struct,
  type Concluding,
  type StructView,
} from '../../../src/layout/index.js';
import { turnOfLoop } from '../../support/waiting.js';
import { begin, emissions, into, run } from './inline.js';

const Num = struct({ n: 'f64' });
const QUEUE = { policy: 'queue' } as const;

/** Adds up, and gives the sum in the end. */
class Sum extends Router<[typeof Num], typeof Num> implements Concluding<typeof Num> {
  static readonly output = Num;
  #sum = 0;

  constructor(readonly last: (sum: number) => unknown = (sum) => ({ n: sum })) {
    super();
  }

  compute({ n }: StructView<typeof Num>): typeof skip {
    this.#sum += n;
    return skip;
  }

  end(): never {
    return this.last(this.#sum) as never; // whatever a test wants
  }
}

const summed = (last?: (sum: number) => unknown): Promise<unknown[]> =>
  emissions((layout, io) => {
    const sum = layout.add(io, Sum, last);
    layout.connect(layout.add(io, FromArray, Num, [1, 2, 3]), sum, QUEUE);
    return sum;
  });

describe('what is left at the end', () => {
  test.each<[string, ((sum: number) => unknown) | undefined, unknown[]]>([
    ['a value', undefined, [{ n: 6 }]],
    ['the only field', (n) => n, [{ n: 6 }]],
    ['a promise', async (n) => turnOfLoop().then(() => ({ n })), [{ n: 6 }]],
    ['several values', (n) => emitAll([{ n }, { n: -n }]), [{ n: 6 }, { n: -6 }]],
    ['no values', () => emitAll([]), []],
    ['nothing', () => undefined, []],
    ['a promise of nothing', async () => turnOfLoop(), []],
    ['skip', () => skip, []],
  ])('may be %s', async (_, last, expected) => {
    expect(await summed(last)).toEqual(expected);
  });

  test('goes along a chain', async () => {
    const values = await emissions((layout, io) => {
      const [one, two] = [layout.add(io, Sum), layout.add(io, Sum)];
      layout.connect(layout.add(io, FromArray, Num, [1, 2, 3]), one, QUEUE);
      layout.connect(one, two, QUEUE);
      return two;
    });
    expect(values).toEqual([{ n: 6 }]);
  });

  test('counts as no firing', async () => {
    const running = await run((layout, io) => {
      const sum = layout.add(io, Sum);
      layout.connect(layout.add(io, FromArray, Num, [1, 2, 3]), sum, QUEUE);
      into({ layout, context: io, from: sum });
    });
    expect(running.stats().components.find(({ name }) => name === 'Sum')?.firings).toBe(3);
  });

  test('is asked of a collector, too, and comes before stop', async () => {
    const log: unknown[] = [];
    class Last extends Collector<[typeof Num]> implements Concluding {
      compute({ n }: StructView<typeof Num>): void {
        log.push(n);
      }
      end(): number {
        return log.push('end');
      }
      stop(): void {
        log.push('stop');
      }
    }
    await run((layout, io) => {
      layout.connect(layout.add(io, FromArray, Num, [1, 2]), layout.add(io, Last), QUEUE);
    });
    expect(log).toEqual([1, 2, 'end', 'stop']);
  });

  test('may fail, which is a failure of the component', async () => {
    for (const last of [
      () => {
        throw new RangeError('no sum');
      },
      () => Promise.reject(new RangeError('no sum')),
    ]) {
      await expect(summed(last)).rejects.toMatchObject({
        component: 'Sum',
        cause: expect.objectContaining({ message: 'no sum' }),
      });
    }
  });

  test.each(['skip', 'restart'] as const)('may fail and be survived by %s: it is asked once', async (onError) => {
    let asked = 0;
    const failures: unknown[] = [];
    const values: unknown[] = [];
    await run(
      (layout, io) => {
        const last = (): never => {
          asked += 1;
          throw new RangeError('no sum');
        };
        const sum = layout.add(io, Sum, last).with({ onError });
        layout.connect(layout.add(io, FromArray, Num, [1]), sum, QUEUE);
        into({ layout, context: io, from: sum }, values);
      },
      { onFailure: ({ component }) => failures.push(component) },
    );
    expect([asked, values, failures]).toEqual([1, [], ['Sum']]);
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('is asked for when a layout is stopped and drained: %p', async (drain, times) => {
    let asked = 0;
    const running = await begin((layout, io) => {
      const sum = layout.add(io, Sum, () => {
        asked += 1;
      });
      layout.connect(
        layout.add(io, FromIterable, () => new Promise(() => undefined), { output: Num }),
        sum,
        QUEUE,
      );
      into({ layout, context: io, from: sum });
    });
    await turnOfLoop();
    await running.stop({ drain });
    expect(asked).toBe(times);
  });
});
