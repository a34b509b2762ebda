import type * as Library from '../../../../src/index.js';
import type * as Streams from '../../../../src/stream/index.js';
import { libraryUrl } from '../../contenders/library.js';
import { streamsUrl } from '../library.js';
import { meanTaps, power, RowFilter } from './signal-kernels.js';

const { alloc } = (await import(libraryUrl)) as typeof Library;
const { stateful } = (await import(streamsUrl)) as typeof Streams;

/** What the pipeline gives for a chunk: how many there were, and the power of this one. */
export type Measured = readonly [count: number, power: number];

/** The filter, whose results are in memory that all threads share. */
export const fir = stateful(
  {
    init: (taps: number, width: number) => new RowFilter(meanTaps(taps), width),
    step: (filter, chunk: Float32Array) => filter.through(chunk, alloc(Float32Array, chunk.length)),
  },
  { name: 'fir', module: import.meta.url, borrows: true, executor: 'pool' },
);

/** Power and counter. */
export const measure = stateful(
  function* measure(): Streams.Stateful<Float32Array, Measured> {
    let count = 0;
    let result: Measured = [0, 0];
    for (;;) {
      const chunk = yield result;
      count += 1;
      result = [count, power(chunk)];
    }
  },
  { module: import.meta.url, borrows: true, executor: 'pool' },
);
