import type { ContenderName } from '../contenders/names.js';
import type { LayoutPartName } from '../layouts/names.js';
import type { PoolName } from '../pools/names.js';
import type { PartName } from '../pools/parts/part.js';
import type { SuiteResult } from '../report/result.js';
import type { ShapeName } from '../shapes/shape.js';
import type { StorePartName } from '../stores/names.js';
import type { StreamPartName } from '../streams/names.js';

/** What the command line may choose; a suite falls back to its own defaults. */
export interface SuiteOptions {
  readonly sizes?: readonly number[];
  readonly shapes?: readonly ShapeName[];
  readonly contenders?: readonly ContenderName[];
  /** Contenders of `pool`. */
  readonly pools?: readonly PoolName[];
  /** Parts of `pool`, `stream`, `layout` or `store`. */
  readonly parts?: readonly (PartName | StreamPartName | LayoutPartName | StorePartName)[];
  /** Give contenders processes of their own instead of one that they share with the sketch. */
  readonly apart?: boolean;
  /** Repeats of each measurement. */
  readonly rounds?: number;
  /** Milliseconds that a turn of a contender lasts at least, in `core`, `scale` and `pool`; warming up takes some times as long at most. */
  readonly turn?: number;
  /** Seconds after which one contender on one graph counts as too slow. */
  readonly limit?: number;
  /** Folder with the input files of `stg` and `workflows`. */
  readonly folder?: string;
  /** The interpreter for Dask, if there is one. */
  readonly python?: string;
  /** Told what is being measured. */
  progress(what: string): void;
}

/** A set of measurements that belong together. */
export interface Suite {
  readonly name: SuiteName;
  readonly description: string;
  /** Contenders it measures unless told otherwise. */
  readonly contenders: readonly ContenderName[];
  /** Worker pools it measures unless told otherwise. Default none. */
  readonly pools?: readonly PoolName[];
  /** Whether it is measured against packages that are neither contenders nor pools. Default no. */
  needsPeers?(options: Pick<SuiteOptions, 'contenders' | 'parts'>): boolean;
  run(options: SuiteOptions): Promise<SuiteResult>;
}

/** Every suite's name, as on the command line. */
export const suiteNames = [
  'core',
  'scale',
  'heap',
  'live',
  'memory',
  'pool',
  'stream',
  'layout',
  'store',
  'import',
  'demo',
  'stg',
  'workflows',
] as const;

/** Name of a suite on the command line. */
export type SuiteName = (typeof suiteNames)[number];
