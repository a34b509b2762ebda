import { afterEach, describe, expect, it } from '@jest/globals';
import { compose } from '../../src/stream/index.js';

const generate = globalThis.Function;
const composed = compose as unknown as (...parts: ((x: number) => number)[]) => (x: number) => number;
const adders = (count: number): ((x: number) => number)[] =>
  Array.from(
    { length: count },
    (_, step) =>
      (x: number): number =>
        x + step,
  );

afterEach(() => {
  globalThis.Function = generate;
});

let refused = 0;

/** Makes texts useless as functions, as `--disallow-code-generation-from-strings` does. */
function disallow(): void {
  globalThis.Function = class {
    constructor() {
      refused += 1;
      throw new EvalError('Code generation from strings disallowed');
    }
  } as unknown as FunctionConstructor;
}

describe.each([
  ['from a text of its own', () => undefined],
  ['where texts cannot be made into functions', disallow],
])('a composition %s', (_, prepare) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 70])('calls all of %d parts', (count) => {
    refused = 0;
    prepare();
    expect(composed(...adders(count))(1)).toBe(1 + (count * (count - 1)) / 2);
    expect(refused > 0).toBe(prepare === disallow);
  });
});
