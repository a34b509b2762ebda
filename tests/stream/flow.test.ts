import { describe, expect, it } from '@jest/globals';
import { compose, flow, pipeline } from '../../src/stream/index.js';
import type { Future } from '../../src/index.js';

/** Cuts texts at a separator; what has no separator behind it waits for the next text. */
const cut = flow(
  {
    init: (separator: string) => ({ separator, rest: '' }),
    step: (state, text: string) => {
      const pieces = (state.rest + text).split(state.separator);
      state.rest = pieces.pop() ?? '';
      return pieces;
    },
    flush: ({ rest }) => (rest === '' ? [] : [rest]),
  },
  { name: 'cut' },
);

const twice = flow(function* twice(): Generator<number[], void, number> {
  let results: number[] = [];
  for (;;) {
    const chunk: number = yield results;
    results = chunk < 0 ? [] : [chunk, chunk];
  }
});

const later = flow(async function* later(): AsyncGenerator<number[], void, number> {
  let results: number[] = [];
  for (;;) {
    const chunk: number = yield results;
    await Promise.resolve();
    results = [chunk + 1];
  }
});

describe('a flow', () => {
  it('gives any number of results for a chunk, and what is left at the end', () => {
    const lines = cut('\n');
    expect(lines('a\nb')).toEqual(['a']);
    expect(lines('c')).toEqual([]);
    expect(lines('\nd\n\ne')).toEqual(['bc', 'd', '']);
    expect(lines.flush()).toEqual(['e']);
  });

  it('is made from a generator, too, and then leaves nothing', () => {
    const doubled = twice();
    expect([1, -1, 2].map((chunk) => doubled(chunk))).toEqual([[1, 1], [], [2, 2]]);
    expect(doubled.flush()).toEqual([]);
  });

  it('gives promises when its generator is asynchronous', async () => {
    const waiting = later();
    await expect(waiting(1)).resolves.toEqual([2]);
    await expect(waiting.flush()).resolves.toEqual([]);
  });

  it('is saved and put back with its state', () => {
    const first = cut(',');
    first('a,b');
    const second = cut(',');
    second.restore(first.snapshot());
    expect(second('c,')).toEqual(['bc']);
  });

  it('is a part of compositions and a step of pipelines', async () => {
    const counted = compose(cut(' '), (word: string) => word.length);
    expect(counted('ab cde f')).toEqual([2, 3]);
    expect(counted.flush()).toEqual([1]);
    const words = pipeline((text: Future<string>) => cut(' ')(text), { name: 'words' });
    const found: string[] = [];
    for await (const word of words.run(['a b', 'c d', ' e'])) found.push(word);
    expect(found).toEqual(['a', 'bc', 'd', 'e']);
  });

  it('refuses values of different rates', () => {
    expect(() => pipeline((text: Future<string>) => [text, cut(' ')(text)])).toThrow(
      expect.objectContaining({ code: 'DAG_RATES' }),
    );
  });

  it('is told of a definition that is none', () => {
    expect(() => flow(3 as never)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
  });
});
