import { stateful, type Stateful } from '../../src/stream/index.js';

/** A finite impulse response over blocks of a signal; its state is the end of the block before. */
export const fir = stateful({
  init: (taps: readonly number[]) => ({ taps, before: new Array<number>(taps.length - 1).fill(0) }),
  step: (state, block: readonly number[]): number[] => {
    const signal = [...state.before, ...block];
    state.before = signal.slice(signal.length - (state.taps.length - 1));
    return block.map((_, at) =>
      state.taps.reduce((sum, tap, index) => sum + tap * (signal[at + state.taps.length - 1 - index] ?? 0), 0),
    );
  },
});

/** How many chunks came so far, from a number on. */
export const counter = stateful({
  init: (from?: number) => ({ count: from ?? 0 }),
  step: (state, _chunk: unknown) => (state.count += 1),
});

/** The sum of the numbers so far, kept by a generator. */
export const sum = stateful(function* sum(start?: number): Stateful<number, number> {
  let total = start ?? 0;
  for (;;) total += yield total;
});

/** The sum of the numbers so far, whose state can be saved. */
export const total = stateful({
  init: () => ({ sum: 0 }),
  step: (state, x: number) => (state.sum += x),
});
