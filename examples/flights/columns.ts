import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { alloc, node } from 'lazydag';
import { fileKey } from 'lazydag/store';

/** The file of the npm package vega-datasets: flights within the United States, from the Bureau of Transportation Statistics. */
export const FLIGHTS = join(
  createRequire(import.meta.url).resolve('vega-datasets'),
  '../../data/flights-200k.arrow', // the package exports its code only
);

/** One value per flight. */
export interface Columns {
  /** Minutes; negative when the flight was early. */
  readonly delay: Float64Array;
  /** Miles. */
  readonly distance: Float64Array;
  /** Hours since midnight. */
  readonly time: Float64Array;
}

const NAMES = ['delay', 'distance', 'time'] as const;
const style = { color: '#dcecf7' };

const read = node((path: string) => readFile(path), { name: 'read', style: { ...style, shape: 'cylinder' } });

const decode = node(
  (file: Uint8Array): Columns => {
    const table = tableFromIPC(file);
    const column = (name: string): Float64Array => {
      const vector = table.getChild(name);
      if (vector === null || vector.nullCount > 0) throw new Error(`expected a column ${name} without gaps`);
      const values = alloc(Float64Array, vector.length);
      values.set(vector.toArray() as ArrayLike<number>); // numbers of 16 or 32 bits
      return values;
    };
    return { delay: column('delay'), distance: column('distance'), time: column('time') };
  },
  { name: 'decode', outputs: NAMES, style },
);

/**
 * Reads the flights. Each column is a value of its own; all three stay in memory, for further questions, and in the store of
 * the run, where there is one. They are others when the file has changed.
 */
export const load = node((path: string) => decode(read(path)), {
  name: 'load',
  outputs: NAMES,
  persist: 'disk',
  key: (path: string) => fileKey(path),
  style,
});
