import { describe, expect, test } from '@jest/globals';
import { stateful, type AsyncStateful, type Stateful } from '../../src/stream/index.js';
import { sum } from './factories.js';

const ended = expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' });

describe('a transform of a generator', () => {
  test('gives a result for each chunk, at once', () => {
    const add = sum(10);
    expect([1, 2, 3].map((x) => add(x))).toEqual([11, 13, 16]);
  });

  test('has a state of its own', () => {
    const [one, other] = [sum(), sum(100)];
    one(1);
    expect([one(1), other(1)]).toEqual([2, 101]);
  });

  test('begins anew with the same arguments at reset()', () => {
    const add = sum(10);
    add(5);
    add.reset();
    expect(add(1)).toBe(11);
  });

  test('runs the finally of the generator once, however often it is closed', () => {
    let ran = 0;
    const hold = stateful(function* (): Stateful<number, number> {
      try {
        for (;;) yield 1;
      } finally {
        ran += 1;
      }
    })();
    hold(0);
    hold.close();
    hold.close();
    expect(ran).toBe(1);
    expect(() => hold(0)).toThrow(ended);
    hold.reset();
    expect(hold(0)).toBe(1);
    hold[Symbol.dispose]();
    expect(ran).toBe(2);
  });

  test('that returns is ended, and says so', () => {
    const twice = stateful(function* twice(): Stateful<number, number> {
      yield 0;
      yield 1;
    })();
    expect(twice(0)).toBe(1);
    expect(() => twice(0)).toThrow('The generator of twice must yield a result for every chunk, but returned.');
    expect(() => twice(0)).toThrow('twice takes no chunk any more');
    twice.reset();
    expect(twice(0)).toBe(1);
  });

  test('that yields nothing cannot be made', () => {
    const nothing = stateful(function* (yields: boolean): Stateful<number, number> {
      if (yields) yield 1;
    });
    expect(() => nothing(false)).toThrow(ended);
    expect(() => nothing(true)).not.toThrow();
  });

  test('that throws is ended until it is reset', () => {
    const picky = stateful(function* picky(): Stateful<number, number> {
      let chunk = yield 0;
      for (;;) {
        if (chunk < 0) throw new RangeError('negative');
        chunk = yield chunk;
      }
    })();
    expect(picky(1)).toBe(1);
    expect(() => picky(-1)).toThrow(RangeError);
    expect(() => picky(1)).toThrow(ended);
    picky.reset();
    expect(picky(1)).toBe(1);
  });

  test('that is used from within its own step says so', () => {
    const attempts: unknown[] = [];
    const trying = (attempt: () => unknown): void => {
      try {
        attempt();
      } catch (error) {
        attempts.push((error as { readonly code?: unknown }).code);
      }
    };
    const inner = stateful(function* inner(): Stateful<number, number> {
      for (let chunk = yield 0; ; chunk = yield chunk) {
        trying(() => self(chunk));
        trying(() => {
          self.close();
        });
        trying(() => {
          self.reset();
        });
      }
    });
    const self = inner();
    expect(self(3)).toBe(3);
    expect(attempts).toEqual(['DAG_TRANSFORM_REENTERED', 'DAG_TRANSFORM_REENTERED', 'DAG_TRANSFORM_REENTERED']);
    expect(self(4)).toBe(4);
  });

  test('cannot be saved, nor put back', () => {
    const add = sum();
    expect(() => add.snapshot()).toThrow(expect.objectContaining({ code: 'DAG_SNAPSHOT' }));
    expect(() => {
      add.restore(1);
    }).toThrow('The state of sum cannot be saved');
  });
});

describe('a transform of an asynchronous generator', () => {
  const later = stateful(async function* later(limit: number): AsyncStateful<number, string> {
    let text = '';
    while (text.length < limit) text += String(yield Promise.resolve(text));
  });

  test('gives promises, in order also when calls do not wait', async () => {
    const join = later(10);
    expect(await Promise.all([join(1), join(2), join(3)])).toEqual(['1', '12', '123']);
  });

  test('that returns is ended', async () => {
    const join = later(2);
    await join(1);
    await expect(join(2)).rejects.toThrow(ended);
    await expect(join(3)).rejects.toThrow(ended);
    join.reset();
    expect(await join(7)).toBe('7');
  });

  test('that yields nothing is ended at its first chunk', async () => {
    const nothing = later(0);
    await expect(nothing(1)).rejects.toThrow(ended);
  });

  test('that throws is ended until it is reset', async () => {
    const fails = stateful(async function* (): AsyncStateful<number, number> {
      const chunk = yield Promise.resolve(0);
      throw new RangeError(String(chunk));
    })();
    await expect(fails(5)).rejects.toThrow(new RangeError('5'));
    await expect(fails(5)).rejects.toThrow(ended);
    fails.reset();
    await expect(fails(6)).rejects.toThrow(new RangeError('6'));
  });

  test('that throws before it yields is ended', async () => {
    const broken = stateful(async function* (fail: boolean): AsyncStateful<number, number> {
      if (fail) throw new RangeError('at once');
      yield Promise.resolve(0);
    })(true);
    await expect(broken(1)).rejects.toThrow(ended);
  });

  test('runs its finally when it is closed', async () => {
    const closed = new Promise<void>((resolve) => {
      const hold = stateful(async function* (): AsyncStateful<number, number> {
        try {
          for (;;) yield Promise.resolve(1);
        } finally {
          resolve();
        }
      })();
      void hold(1).then(() => {
        hold.close();
      });
    });
    await closed;
  });
});
