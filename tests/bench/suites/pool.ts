import { parts } from '../pools/parts/index.js';
import { partNames } from '../pools/parts/part.js';
import type { PartResult } from '../pools/parts/part.js';
import { poolNames } from '../pools/names.js';
import { findJoblib } from '../python/run-python.js';
import type { Suite } from './suite.js';

/** The worker pool against the peers' and against threads driven by hand. */
export const pool: Suite = {
  name: 'pool',
  description: 'WorkerPool against other pools and threads by hand, on two threads',
  contenders: [],
  pools: poolNames,
  async run({ pools = poolNames, parts: chosen = partNames, sizes, rounds = 9, turn = 50, limit = 60, progress }) {
    const effort = { rounds, turn, limit };
    const python = findJoblib();
    const results: PartResult[] = [];
    const names = partNames.filter((name) => chosen.includes(name));
    for (const name of names) results.push(await parts[name].run({ pools, sizes, effort, python, progress }));
    return {
      suite: 'pool',
      tables: results.flatMap(({ tables }) => tables),
      checks: results.flatMap(({ checks }) => checks),
      records: results.flatMap(({ records }) => records),
    };
  },
};
