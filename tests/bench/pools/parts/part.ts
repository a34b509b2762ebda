import type { Check } from '../../report/result.js';
import type { Table } from '../../report/table.js';
import type { PoolEffort } from '../interleave.js';
import type { PoolName } from '../names.js';

/** What the pool suite measures, one after the other. */
export const partNames = ['burst', 'single', 'fan-out', 'payload', 'chain', 'speed-up', 'start'] as const;

/** Name of a part on the command line. */
export type PartName = (typeof partNames)[number];

/** What a part is given. */
export interface PartOptions {
  readonly pools: readonly PoolName[];
  /** Sizes instead of the part's own. */
  readonly sizes: readonly number[] | undefined;
  readonly effort: PoolEffort;
  /** The interpreter for joblib, if there is one. */
  readonly python: string | undefined;
  /** Told what is being measured. */
  progress(what: string): void;
}

/** What a part found out. */
export interface PartResult {
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
  readonly records: readonly unknown[];
}

/** One measurement of the pool suite. */
export interface Part {
  readonly name: PartName;
  run(options: PartOptions): Promise<PartResult>;
}
