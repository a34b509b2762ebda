import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { node } from '../../src/index.js';
import { stateful, type Transform } from '../../src/stream/index.js';
import { counter, fir, sum, total } from './factories.js';

const option = expect.objectContaining({ code: 'DAG_OPTION' });
const ended = expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' });

describe('a transform of functions', () => {
  test('begins with what init gives and changes it at each step', () => {
    const count = counter(5);
    expect([count('a'), count('b')]).toEqual([6, 7]);
    count.reset();
    expect(count('c')).toBe(6);
  });

  test('saves its state and goes on from it, again and again', () => {
    const count = counter();
    count(0);
    const state = count.snapshot();
    expect(state).toEqual({ count: 1 });
    count(0);
    const other = counter();
    for (const target of [count, other, other]) {
      target.restore(state);
      expect(target(0)).toBe(2);
    }
    expect(state).toEqual({ count: 1 });
  });

  test('saves its state as its own functions do', () => {
    const unique = stateful({
      init: (_limit: number) => ({ seen: new Set<number>() }),
      step: ({ seen }, x: number) => seen.add(x).size,
      snapshot: ({ seen }) => [...seen].join(),
      restore: (text: string, limit) => ({ seen: new Set(text.split(',', limit).map(Number)) }),
    });
    const one = unique(2);
    [1, 2, 2, 3].forEach((x) => one(x));
    expect(one.snapshot()).toBe('1,2,3');
    one.restore('1,2,3');
    expect(one(1)).toBe(2);
  });

  test('lets its state go once per state, and takes no chunk until it is reset', () => {
    const released: number[] = [];
    const hold = stateful({
      init: () => ({ n: 0 }),
      step: (state, x: number) => (state.n += x),
      close: ({ n }) => released.push(n),
    })();
    hold(3);
    hold.close();
    hold.close();
    expect(released).toEqual([3]);
    expect(() => hold(1)).toThrow(ended);
    expect(() => hold.snapshot()).toThrow(ended);
    hold.reset();
    expect(hold(1)).toBe(1);
    hold.restore({ n: 7 });
    expect(released).toEqual([3, 1]);
    hold.close();
    hold.restore({ n: 7 });
    expect(hold(1)).toBe(8);
    hold[Symbol.dispose]();
    expect(released).toEqual([3, 1, 7, 8]);
  });

  test('keeps its state when its step throws', () => {
    const strict = stateful({
      init: () => ({ n: 0 }),
      step: (state, x: number) => {
        if (x < 0) throw new RangeError('negative');
        return (state.n += x);
      },
    })();
    strict(1);
    expect(() => strict(-1)).toThrow(RangeError);
    expect(strict(1)).toBe(2);
  });

  test('gives promises where its step is async', async () => {
    const slow = stateful({
      init: () => ({ n: 0 }),
      step: async (state, x: number) => Promise.resolve((state.n += x)),
    })();
    expect(await slow(2)).toBe(2);
  });
});

describe('any transform', () => {
  test('gets several inputs as an array', () => {
    const track = stateful({
      init: () => ({ seen: [] as string[] }),
      step: ({ seen }, [a, b]: [number, string]) => seen.push(`${a}${b}`),
    })();
    expect([track(1, 'a'), track([2, 'b'])]).toEqual([1, 2]);
    expect(track.snapshot()).toEqual({ seen: ['1a', '2b'] });
  });

  test('has the name of its factory, of its generator, or that of its options', () => {
    expect([sum.name, sum().name, counter.name]).toEqual(['sum', 'sum', '']);
    expect(sum().with({ name: 'level' }).name).toBe('level');
    const named = stateful({ init: () => ({}), step: (_, x: number) => x }, { name: 'same' });
    expect(named().name).toBe('same');
  });

  test('is made again by with(), with a state of its own', () => {
    const add = sum(1);
    add(5);
    const other = add.with({ executor: 'pool' });
    expect([other(1), add(1)]).toEqual([2, 7]);
  });

  test('takes no Future outside of a pipeline', () => {
    const future = node(() => 1, { name: 'one' })();
    const wrong = expect.objectContaining({ code: 'DAG_TRANSFORM_FUTURE' });
    const add = sum();
    expect(() => add(future)).toThrow(wrong);
    expect(() => add(future)).toThrow('sum was given a Future outside of a pipeline.');
    const track = stateful({ init: () => ({}), step: (_, [a, b]: [number, number]) => a + b })();
    expect(() => track(1, future)).toThrow(wrong);
    expect(add(1)).toBe(1);
  });

  test.each([[5], [undefined], [{ init: () => 0 }], [{ step: () => 0 }], ['text'], [null]])(
    'cannot be made from %p',
    (definition) => {
      expect(() => stateful(definition as never)).toThrow(option);
    },
  );
});

describe('a filter over the blocks of a signal', () => {
  const samples = fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 60 });
  const taps = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.nat(10), { maxLength: 20 });

  /** The signal cut into blocks of the given lengths, and one with the rest. */
  function blocks(signal: readonly number[], lengths: readonly number[]): number[][] {
    let at = 0;
    const cut = lengths.map((length) => signal.slice(at, (at += length)));
    return [...cut, signal.slice(at)];
  }

  test('gives the same for every way to cut it', () => {
    fc.assert(
      fc.property(samples, taps, cuts, (signal, weights, lengths) => {
        const filter = fir(weights);
        expect(blocks(signal, lengths).flatMap((block) => filter(block))).toEqual(fir(weights)(signal));
      }),
    );
  });

  test('continues exactly where its state was saved', () => {
    fc.assert(
      fc.property(samples, taps, cuts, fc.nat(20), (signal, weights, lengths, at) => {
        const whole = blocks(signal, lengths);
        const first = fir(weights);
        whole.slice(0, at).forEach((block) => first(block));
        const second: Transform<readonly number[], number[]> = fir(weights);
        second.restore(JSON.parse(JSON.stringify(first.snapshot())));
        for (const block of whole.slice(at)) expect(second(block)).toEqual(first(block));
      }),
    );
  });

  test('of nothing but sums agrees with a generator that sums', () => {
    fc.assert(
      fc.property(samples, (signal) => {
        const [a, b] = [sum(), total()];
        expect(signal.map((x) => a(x))).toEqual(signal.map((x) => b(x)));
      }),
    );
  });
});
