import type { Measurement } from '../streams/measurement.js';

/** Contenders that took turns at the same thing. */
export interface Group {
  readonly name: string;
  /** Of the figures. */
  readonly unit: string;
  readonly measured: readonly Measurement[];
}

/** How a part is measured. */
export interface PartOptions {
  readonly rounds: number;
  /** Instead of the part's own sizes. */
  readonly sizes: readonly number[] | undefined;
  /** Whether packages take part that are installed for it. */
  readonly peers: boolean;
  /** A temporary folder of its own, removed afterwards. */
  readonly folder: string;
}

/** What is measured under one name. */
export type Part = (options: PartOptions) => Promise<readonly Group[]>;
