import { median, spread } from '../../report/statistics.js';
import { digits } from '../../report/table.js';
import { joblib } from '../joblib.js';
import type { PoolName } from '../names.js';
import type { PoolStart } from '../protocol.js';
import { PoolSession } from '../session.js';
import { percent } from '../summary.js';
import type { Part } from './part.js';

/** Pools whose start differs; tuning does not change it. */
const contenders: readonly PoolName[] = [
  'lazydag',
  'bare',
  'piscina',
  'tinypool',
  'workerpool',
  'poolifier',
  'comlink',
];

interface Starts {
  readonly pool: PoolName;
  readonly starts: PoolStart[];
  failure?: string;
}

/** Time from the making of a pool to its first result and until all its threads work, in fresh processes. */
export const start: Part = {
  name: 'start',
  async run({ pools, effort, python, progress }) {
    const all = contenders.filter((pool) => pools.includes(pool)).map((pool): Starts => ({ pool, starts: [] }));
    for (let round = 0; round < effort.rounds; round++) {
      progress(`start, round ${round + 1}`);
      for (const one of all) await startOnce(one, effort.limit);
    }
    const other = await joblib({ what: 'start' }, { python, effort });
    return {
      tables: [
        {
          title: `from nothing to a working pool, ms, median of ${effort.rounds} processes`,
          columns: ['contender', 'first result', 'every thread worked', 'says it is ready', 'spread', ''],
          rows: [
            ...all.map(({ pool, starts, failure }) => [
              pool,
              digits(median(starts.map(({ first }) => first))),
              digits(median(starts.flatMap(({ everyThread }) => everyThread ?? []))),
              digits(median(starts.flatMap(({ ready }) => ready ?? []))),
              percent(spread(starts.map(({ first }) => first))),
              failure ?? '',
            ]),
            [other.label, digits(median(other.times)), '-', '-', percent(spread(other.times)), other.note],
          ],
          notes: ['the package itself is imported before; spread: of the first result'],
        },
      ],
      checks: [],
      records: [...all, other].map((record) => ({ part: 'start', ...record })),
    };
  },
};

async function startOnce(one: Starts, limit: number): Promise<void> {
  if (one.failure !== undefined) return;
  const session = new PoolSession(one.pool, limit);
  const outcome = await session.start();
  await session.close();
  if (outcome.ok) one.starts.push(outcome.value);
  else one.failure = outcome.reason;
}
