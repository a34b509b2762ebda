import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  Collector,
  component,
  done,
  emitAll,
  Emitter,
  FromArray,
  Lambda,
  Router,
  struct,
  type StructView,
} from '../../src/layout/index.js';
import { Add, Call, Count, Counter, Keep, Made, odd, Through, type CountView } from './parts.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a body emits', () => {
  test.each([
    ['what it has filled', (n: number, out: CountView): void => void (out.n = 2 * n), [0, 2, 4]],
    ['an object that it returns', (n: number) => ({ n: n + 1 }), [1, 2, 3]],
    ['the number of the only field', (n: number) => n + 5, [5, 6, 7]],
    ['nothing for `skip`', odd, [1]],
    ['several values', (n: number) => emitAll([{ n }, { n: -n }]), [0, 0, 1, -1, 2, -2]],
    [
      'what it has filled, behind another value',
      (n: number, out: CountView) => emitAll([{ n: -n }, Object.assign(out, { n: 10 + n })]),
      [0, 10, -1, 11, -2, 12],
    ],
    ['none of no values', () => emitAll([]), []],
    ['what it returns after waiting', async (n: number) => turn({ n: 3 * n }), [0, 3, 6]],
    ['its own outlet', (n: number, out: CountView): CountView => Object.assign(out, { n: 7 * n }), [0, 7, 14]],
    ['nothing behind `done`', (n: number) => (n === 1 ? done : { n }), [0]],
  ] as const)('%s', async (_, through, expected) => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 3);
      const middle = layout.add(here, Through, through); // of several types
      layout.connect(source, middle, { policy: 'queue' });
      layout.connect(middle, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start();
    await running.done;
    expect(kept.map((n) => n + 0)).toEqual(expected);
  });
});

test('a body that emits several values must give them all', async () => {
  const running = await new Made((layout, here) => {
    const through = layout.add(here, Through, (n) => emitAll([{ n }, undefined]));
    layout.connect(layout.add(here, Counter, 1), through);
    layout.connect(through, layout.add(here, Keep, []));
  }).start();
  await expect(running.done).rejects.toMatchObject({ component: 'Through', cause: { code: 'DAG_OPTION' } });
});

describe('a component fires', () => {
  test('with the values of all parents, in the order in which they were connected', async () => {
    const seen: unknown[] = [];
    const running = await new Made((layout, here) => {
      const [one, other] = [layout.add(here, Counter, 4), layout.add(here, Counter, 3)];
      const ten = layout.add(here, Through, (n) => ({ n: 10 * n }));
      layout.connect(other, ten, { policy: 'queue' });
      const call = layout.add(here, Call, (a, b) => void seen.push([(a as CountView).n, (b as CountView).n]));
      layout.connect(ten, call, { policy: 'queue' });
      layout.connect(one, call, { policy: 'queue' });
    }).start();
    await running.done;
    expect(seen).toEqual([
      [0, 0],
      [10, 1],
      [20, 2],
    ]);
  });

  test('on any parent, if it merges, with the last values of the others', async () => {
    const seen: unknown[] = [];
    const running = await new Made((layout, here) => {
      const [one, other] = [layout.add(here, Counter, 2), layout.add(here, Counter, 3)];
      const number = (value: unknown): number | undefined => (value as CountView | undefined)?.n;
      const call = layout.add(here, Call, (a, b) => void seen.push([number(a), number(b)])).with({ merge: true });
      layout.connect(one, call, { policy: 'queue' });
      layout.connect(other, call, { policy: 'queue' });
    }).start();
    await running.done;
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.at(-1)).toEqual([1, 2]);
  });

  test('with the newest value of a parent that does not trigger it', async () => {
    const seen: number[] = [];
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const clock = layout.add(here, Counter, 5);
      const sampled = layout.add(here, Counter, 2);
      const call = layout.add(here, Call, (_, b) => void seen.push((b as CountView).n));
      layout.connect(clock, call, { policy: 'queue' });
      layout.connect(sampled, call, { trigger: false });
      layout.connect(sampled, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start();
    await running.done;
    expect(seen).toHaveLength(5);
    expect(seen.at(-1)).toBe(1);
    expect(kept).toEqual([0, 1]);
  });

  test('before anything came along a connection with an initial value', async () => {
    const sums: number[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 5);
      const add = layout.add(here, Add);
      layout.connect(source, add, { policy: 'queue' });
      layout.connect(add, add, { policy: 'queue', initial: { n: 100 } });
      layout.connect(add, layout.add(here, Keep, sums), { policy: 'queue' });
    }).start();
    await running.done;
    expect(sums).toEqual([100, 101, 103, 106, 110]);
  });

  test('around a loop through a component that merges', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 1);
      const merged = layout.add(here, Through, (n) => ({ n: n + 1 })).with({ merge: true });
      const back = layout.add(here, Through, (n) => (n < 5 ? { n } : odd(0)));
      layout.connect(source, merged, { policy: 'queue' });
      layout.connect(merged, back, { policy: 'queue' });
      layout.connect(merged, layout.add(here, Keep, kept, 1), { policy: 'queue' });
    }).start();
    await running.done;
    expect(kept).toEqual([1]);
  });
});

describe('a view', () => {
  const Image = struct({ stamp: 'u32', pixels: ['u8', 64, 64] });
  type ImageView = StructView<typeof Image>;

  @component()
  class Camera extends Emitter<typeof Image> {
    static readonly output = Image;
    #taken = 0;

    async compute(out: ImageView): Promise<typeof done | undefined> {
      await turn();
      if (this.#taken === 200) return done;
      this.#taken += 1;
      out.stamp = this.#taken;
      out.pixels.fill(this.#taken);
      return undefined;
    }
  }

  @component()
  class Slow extends Collector<[typeof Image]> {
    constructor(private readonly seen: number[]) {
      super();
    }

    async compute(image: ImageView): Promise<void> {
      const { stamp } = image;
      for (let round = 0; round < 5; round += 1) {
        await turn();
        expect(image.stamp).toBe(stamp);
        expect(image.pixels.every((pixel) => pixel === stamp % 256)).toBe(true);
      }
      this.seen.push(stamp);
    }
  }

  test('stays whole across awaits, also of a parent that is faster', async () => {
    const seen: number[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Camera), layout.add(here, Slow, seen));
    }).start();
    await running.done;
    expect(seen.at(-1)).toBe(200);
    expect(seen.length).toBeLessThan(200);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const [edge] = running.stats().edges;
    expect(edge).toMatchObject({ policy: 'latest', values: seen.length, overwritten: 200 - seen.length, dropped: 0 });
  });
});

describe('a queue', () => {
  test('makes the emitter wait, and loses nothing', async () => {
    const kept: number[] = [];
    let emitted = 0;
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Through, (n) => {
        emitted = n + 1;
        return { n };
      });
      layout.connect(layout.add(here, Counter, 30), source, { policy: 'queue', capacity: 1 });
      const slow = layout.add(here, Call, async (value) => {
        const { n } = value as CountView;
        await turn();
        await turn();
        expect(emitted - n).toBeLessThanOrEqual(4); // one is held, two wait, one is being made
        kept.push(n);
      });
      layout.connect(source, slow, { policy: 'queue', capacity: 2 });
    }).start();
    await running.done;
    expect(kept).toEqual(upTo(30));
  });
});

test('a component knows its name, its context and its signal once a layout runs it', async () => {
  const told: unknown[] = [];

  @component({ name: 'teller' })
  class Teller extends Router<[typeof Count], typeof Count> {
    static readonly output = Count;

    constructor() {
      super();
      expect(() => this.name).toThrow('DAG_LAYOUT');
    }

    compute({ n }: CountView): CountView {
      told.push([this.name, this.context, this.signal.aborted]);
      return { n };
    }
  }

  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Counter, 1), layout.add(here, Teller), { policy: 'queue' });
  }).start();
  await running.done;
  expect(told).toEqual([['teller', 'here', false]]);
});

describe('what comes first', () => {
  test.each([[5], [{ n: 5 }]])('may be %j', async (initial) => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter, 2), layout.add(here, Keep, kept), { policy: 'queue', initial });
    }).start();
    await running.done;
    expect(kept).toEqual([5, 0, 1]);
  });

  test.each([[null], ['5'], [[5]]])('may not be %j', async (initial) => {
    const layout = new Made((made, here) => {
      made.connect(made.add(here, Counter, 2), made.add(here, Keep, []), { initial });
    });
    await expect(layout.start()).rejects.toMatchObject({ code: 'DAG_OPTION' });
  });
});

describe('values that are no records', () => {
  test('take with them only what they are', async () => {
    const given: Float64Array[] = [];
    const parts = [new Float64Array(1000), new Float64Array([1, 2])];
    const running = await new Made((layout, here) => {
      const second = layout.add(here, Lambda, (all) => (all as Float64Array[])[1]);
      layout.connect(layout.add(here, FromArray, 'any', [parts]), second, { policy: 'queue' });
      layout.connect(
        second,
        layout.add(here, Call, (value) => void given.push(value as Float64Array)),
      );
    }).start();
    await running.done;
    expect(given).toEqual([new Float64Array([1, 2])]);
    expect(given[0]?.buffer.byteLength).toBe(16);
  });

  test('may hold arrays of records, without the ring that these lie in', async () => {
    const Row = struct({ row: ['i32', 3] });
    const given: Int32Array[] = [];
    const running = await new Made((layout, here) => {
      const row = layout.add(here, Lambda, (record) => ({ only: (record as StructView<typeof Row>).row }));
      layout.connect(layout.add(here, FromArray, Row, [{ row: [1, 2, 3] }]), row, { policy: 'queue' });
      layout.connect(
        row,
        layout.add(here, Call, (value) => void given.push((value as { only: Int32Array }).only)),
      );
    }).start();
    await running.done;
    expect(given).toEqual([Int32Array.of(1, 2, 3)]);
    expect(given[0]?.buffer.byteLength).toBe(16);
  });
});

test('fields of what a body fills may be given for one another', async () => {
  const Both = struct({ a: ['f64', 2], b: ['f64', 2], c: 'f64' });
  class Swap extends Emitter<typeof Both> {
    static readonly output = Both;
    #fired = false;

    compute(out: StructView<typeof Both>): typeof done | { a: Float64Array; b: Float64Array } {
      if (this.#fired) return done;
      this.#fired = true;
      out.a.set([1, 2]);
      out.b.set([3, 4]);
      out.c = 5;
      return { a: out.b, b: out.a };
    }
  }
  const got: unknown[] = [];
  const running = await new Made((layout, here) => {
    const call = layout.add(here, Call, (view) => {
      const { a, b, c } = view as StructView<typeof Both>;
      got.push([...a], [...b], c);
    });
    layout.connect(layout.add(here, Swap), call, { policy: 'queue' });
  }).start();
  await running.done;
  expect(got).toEqual([[3, 4], [1, 2], 5]);
});
