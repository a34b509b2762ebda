import { digits, times } from '../../report/table.js';
import type { Table } from '../../report/table.js';
import { spread } from '../../report/statistics.js';
import { interleave } from '../interleave.js';
import type { Entrant, PoolSeries } from '../interleave.js';
import type { PoolName } from '../names.js';
import { PoolSession } from '../session.js';
import { cpuOf, evennessOf, percent, quietTimesOf, recordOf, timeOf } from '../summary.js';
import type { Part, PartOptions } from './part.js';

/** Bodies of one length, and the share of the bare threads' speed-up that must be reached. */
interface Workload {
  readonly count: number;
  /** Milliseconds of one body. */
  readonly length: number;
  readonly share?: number;
}

const workloads: readonly Workload[] = [
  { count: 2, length: 100, share: 0.97 },
  { count: 200, length: 10 },
  { count: 1_000, length: 1, share: 0.93 },
];

/** Milliseconds of work below which a turn is short. */
const shortTurn = 500;

/** Below this speed-up of the bare threads another process had the second core, and a comparison shows nothing. */
const leastSpeedUp = 1.6;

/** Tuning for many small tasks has nothing to win here. */
const contenders: readonly PoolName[] = ['lazydag', 'piscina', 'tinypool', 'workerpool', 'poolifier', 'comlink'];

/** Bodies of plain computation on two threads, against one thread and against two that are driven by hand. */
export const speedUp: Part = {
  name: 'speed-up',
  async run(options) {
    options.progress('calibration');
    const perMillisecond = await calibrate(options);
    const results = [];
    for (const workload of options.sizes?.map((count) => ({ count, length: 1 })) ?? workloads) {
      results.push(await measure(workload, perMillisecond, options));
    }
    return {
      tables: results.map(({ table }) => table),
      checks: results.flatMap(({ checks }) => checks),
      records: results.flatMap(({ all }) => all.map((series) => recordOf('speed-up', series))),
    };
  },
};

/** Rounds of arithmetic that one thread does in a millisecond: the same number for everyone. */
async function calibrate({ effort }: PartOptions): Promise<number> {
  const iterations = 5_000_000;
  const session = new PoolSession('serial', effort.limit);
  try {
    const outcome = await session.take({ what: 'spins', count: 1, iterations }, 4 * effort.turn);
    if (!outcome.ok) throw new Error(`pool: speed-up: cannot calibrate: ${outcome.reason}`);
    return iterations / outcome.value.perOperation;
  } finally {
    await session.close();
  }
}

async function measure(workload: Workload, perMillisecond: number, { pools, effort, progress }: PartOptions) {
  const { count, length, share } = workload;
  const name = `${count.toLocaleString('en-US')} of ${length} ms`;
  progress(`speed-up: ${name}`);
  const iterations = Math.round(perMillisecond * length);
  // Last in a round stands next to the first of the next: the two that ratios are about come first.
  const order: readonly PoolName[] = ['bare', ...contenders.filter((pool) => pools.includes(pool)), 'serial'];
  const entrants = order.map((pool): Entrant => ({ label: pool, pool, request: { what: 'spins', count, iterations } }));
  // Short turns are cheap, and more at the mercy of what else the machine does.
  const rounds = count * length < shortTurn ? 4 * effort.rounds : effort.rounds;
  const measured = await interleave(entrants, { ...effort, rounds });
  const of = (pool: PoolName): PoolSeries | undefined => measured.find((series) => series.pool === pool);
  const [bare, serial] = [of('bare'), of('serial')];
  const all = measured.map((series) => checkWork(series, serial));
  const hasCores = quietTimesOf(serial, bare) >= leastSpeedUp;
  const table: Table = {
    title: `speed-up on two threads: ${name}`,
    columns: ['contender', 'ms', 'speed-up', '× bare', 'cpu ms', 'spread', 'least share', ''],
    rows: all.map((series) => [
      series.label,
      digits(timeOf(series)),
      times(quietTimesOf(serial, series)),
      times(quietTimesOf(bare, series)),
      digits(cpuOf(series)),
      percent(spread(series.turns.map((turn) => turn.perOperation))),
      percent(evennessOf(series)),
      series.failure ?? '',
    ]),
    notes: [
      'bare: two threads driven by hand, one message with half of the bodies each; serial: one thread',
      '× bare: speed-up over theirs; both by the lower quartiles of the turns: other processes can only add to them',
      ...(hasCores ? [] : ['the machine had no second core to spare: nothing is proven']),
    ],
  };
  const own = all.find(({ pool }) => pool === 'lazydag');
  const checks =
    share === undefined || own === undefined
      ? []
      : [
          {
            name: `${name}: time of lazydag over bare threads`,
            measured: hasCores ? quietTimesOf(own, bare) : NaN,
            limit: 1 / share,
          },
        ];
  return { table, checks, all };
}

/** Takes away the times of who did other work than the one thread. */
function checkWork(series: PoolSeries, serial: PoolSeries | undefined): PoolSeries {
  const expected = serial?.turns[0]?.checksum;
  if (series.turns.every(({ checksum }) => checksum === expected)) return series;
  return { ...series, turns: [], failure: 'wrong result' };
}
