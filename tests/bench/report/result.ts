import type { Machine } from './machine.js';
import type { Table } from './table.js';

/** A figure held against the limit it must reach. */
export interface Check {
  readonly name: string;
  readonly measured: number;
  /** Largest value that passes. */
  readonly limit: number;
}

/** What one suite hands to the screen and to the JSON file. */
export interface SuiteResult {
  readonly suite: string;
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
  /** Every raw figure behind the tables, with its medians. */
  readonly records: readonly unknown[];
}

/** The whole JSON file. */
export interface Report {
  readonly schema: 'lazydag-bench/1';
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly suites: readonly SuiteResult[];
}

/** Whether `check` is within its limit; a figure that could not be measured (NaN) is not. */
export function passes(check: Check): boolean {
  return check.measured <= check.limit;
}
