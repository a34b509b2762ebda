import { describe, expect, test } from '@jest/globals';
import {
  Collector,
  component,
  done,
  emitAll,
  Emitter,
  Router,
  struct,
  type EdgeOptions,
  type StructView,
} from '../../src/layout/index.js';
import { Add, Call, Count, Counter, Keep, Made, type CountView } from './parts.js';

const queue = { policy: 'queue' } as const;

const Pair = struct({ x: 'i32', v: 'i32' });
type PairView = StructView<typeof Pair>;

/** Emits what a function of the test gives for the number of the firing, or fills. */
@component()
class Pairs extends Emitter<typeof Pair> {
  static readonly output = Pair;
  #fired = 0;

  constructor(private readonly next: (number: number, out: PairView) => unknown) {
    super();
  }

  compute(out: PairView): undefined {
    const number = this.#fired++;
    return (number < 6 ? this.next(number, out) : done) as undefined; // whatever a body may return
  }
}

@component()
class Both extends Collector<[typeof Pair]> {
  constructor(private readonly seen: number[]) {
    super();
  }

  compute({ x, v }: PairView): void {
    this.seen.push(x, v);
  }
}

/** Takes one parent, and fills. */
@component()
class Plus extends Router<[typeof Count], typeof Count> {
  static readonly output = Count;

  compute({ n }: CountView, out: CountView): void {
    out.n = n + 1000;
  }
}

/** Takes two parents and says nothing, now and then: it has nothing that it could fill. */
@component()
class Silent extends Router<[typeof Count, typeof Count], typeof Count> {
  static readonly output = Count;

  compute(one: CountView, other: CountView): { n: number } | undefined {
    return one.n === 2 ? undefined : { n: other.n };
  }
}

/** Ends at once. */
@component()
class Nothing extends Emitter {
  compute(): typeof done {
    return done;
  }
}

describe('what a body does not set', () => {
  test.each<[string, (number: number, out: PairView) => unknown]>([
    [
      'of a record that it fills',
      (number, out) => {
        if (number === 0) out.v = 7;
        else out.x = number;
      },
    ],
    ['of one that it returns', (number) => (number === 0 ? { v: 7 } : { x: number })],
    ['of several', (number) => emitAll([number === 0 ? { v: 7 } : { x: number }])],
  ])('%s is 0, however many slots there are', async (_, next) => {
    for (const capacity of [1, 2, 64]) {
      const seen: number[] = [];
      const layout = new Made((made, here) => {
        made.connect(made.add(here, Pairs, next), made.add(here, Both, seen), { ...queue, capacity });
      });
      await (
        await layout.start()
      ).done;
      expect(seen).toEqual([0, 7, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
    }
  });

  test('stays what it has filled where it returns other fields', async () => {
    const seen: number[] = [];
    const next = (number: number, out: PairView): unknown => {
      out.x = number;
      return { v: 1 };
    };
    const layout = new Made((made, here) => {
      made.connect(made.add(here, Pairs, next), made.add(here, Both, seen), queue);
    });
    await (
      await layout.start()
    ).done;
    expect(seen).toEqual([0, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1]);
  });
});

describe('a router that takes no record to fill', () => {
  test('is refused where one parent more is connected than it takes, at the start and later', async () => {
    const layout = new Made((made, here) => {
      const plus = made.add(here, Plus);
      made.connect(made.add(here, Counter, 4), plus);
      made.connect(made.add(here, Counter, 4), plus);
    });
    await expect(layout.start()).rejects.toThrow(/^DAG_LAYOUT: Plus takes 1 parent, and 2 are connected/);

    const kept: number[] = [];
    const running = await new Made((made, here) => {
      const plus = made.add(here, Plus);
      made.connect(made.add(here, Counter), plus, queue);
      made.connect(plus, made.add(here, Keep, kept, 20), queue);
      made.connect(made.add(here, Counter), made.add(here, Call, () => undefined).with({ name: 'Other' }));
    }).start();
    const [plus, other] = [running.component('Plus'), running.component('Counter 2')];
    await expect(running.connect(other, plus)).rejects.toThrow(/^DAG_LAYOUT: Plus takes 1 parent/);
    await running.stop();
    expect(kept).toEqual(kept.map((_, at) => at + 1000));
  });

  test('may return what it emits, of as many parents as it takes', async () => {
    const kept: number[] = [];
    const layout = new Made((made, here) => {
      const sum = made.add(here, Add);
      for (const end of [4, 4]) made.connect(made.add(here, Counter, end), sum, queue);
      const silent = made.add(here, Silent);
      made.connect(sum, silent, queue);
      made.connect(made.add(here, Counter, 4), silent, queue);
      made.connect(silent, made.add(here, Keep, kept), queue);
    });
    const running = await layout.start();
    await expect(running.done).rejects.toThrow(
      /DAG_LAYOUT: Silent takes 2 inputs and no record to fill, and returned nothing\. Return what it emits/,
    );
    expect(kept).toEqual([0]);
  });
});

describe('a first value', () => {
  const options: EdgeOptions = { ...queue, initial: { list: [1] } };

  test('is a value of its own for each reader, also on the thread of the caller', async () => {
    const seen: unknown[] = [];
    const layout = new Made((made, here) => {
      const values = made.add(here, Nothing);
      const keep = (given: unknown): void => {
        (given as { list: number[] }).list.push(2);
        seen.push(given);
      };
      for (let reader = 0; reader < 2; reader += 1) made.connect(values, made.add(here, Call, keep), options);
    });
    await (
      await layout.start()
    ).done;
    expect(seen).toEqual([{ list: [1, 2] }, { list: [1, 2] }]);
    expect(options.initial).toEqual({ list: [1] });
  });

  test('that no component could emit is refused', async () => {
    const layout = new Made((made, here) => {
      const values = made.add(here, Nothing);
      made.connect(values, made.add(here, Call, String), { initial: (): number => 1 });
    });
    await expect(layout.start()).rejects.toThrow(/DAG_CANNOT_TRAVEL: connect\(\): `initial`/);
  });
});
