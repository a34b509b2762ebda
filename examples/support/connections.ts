import type { LayoutStats } from 'lazydag/layout';
import { decimal, table } from './text.js';

/** What went along the connections of a layout, as a table. */
export function connectionsText({ edges }: LayoutStats): string {
  const milliseconds = (time: number | undefined): string => (time === undefined ? '' : decimal(time, 2));
  const rows = edges.map(({ from, to, policy, values, rate, overwritten, p50, p99 }) => [
    `${from} → ${to}`,
    policy,
    decimal(values),
    decimal(rate, rate < 100 ? 1 : 0),
    decimal(overwritten),
    milliseconds(p50),
    milliseconds(p99),
  ]);
  return table(['connection', 'policy', 'values', 'per second', 'overwritten', 'p50 ms', 'p99 ms'], rows);
}
