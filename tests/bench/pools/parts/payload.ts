import type { Check } from '../../report/result.js';
import { median, spread } from '../../report/statistics.js';
import { digits, times } from '../../report/table.js';
import type { Table } from '../../report/table.js';
import { interleave } from '../interleave.js';
import type { Entrant, PoolSeries } from '../interleave.js';
import { joblib } from '../joblib.js';
import type { JoblibFigures } from '../joblib.js';
import { isPeerPool } from '../names.js';
import type { PoolName } from '../names.js';
import type { PayloadMode } from '../pool.js';
import { cpuOf, percent, recordOf, timeOf, timesOf } from '../summary.js';
import type { Part, PartOptions } from './part.js';

const sizes = [2 ** 10, 2 ** 16, 2 ** 20, 2 ** 23, 2 ** 26];

/** Sizes whose times must be the same, and far below a structured clone. */
const large = { from: 2 ** 23, to: 2 ** 26, cloneRatio: 1 / 100, noise: 1.25 };

const handOnModes = ['handed on', 'handed on, chain'] as const;

/** Ways that each pool offers; tuning changes nothing about them. */
const modes: Partial<Record<PoolName, readonly PayloadMode[]>> = {
  lazydag: handOnModes,
  bare: ['shared', 'clone'],
  piscina: ['clone', 'transfer'],
  tinypool: ['clone', 'transfer'],
  workerpool: ['clone', 'transfer'],
  poolifier: ['clone', 'transfer in'],
  comlink: ['clone', 'transfer'],
};

interface SizeResult {
  readonly bytes: number;
  readonly all: readonly PoolSeries[];
  /** The fastest structured clone through a peer. */
  readonly clone: PoolSeries | undefined;
}

/** Arrays to a worker and back: handed on in shared memory, cloned, transferred, or posted by hand. */
export const payload: Part = {
  name: 'payload',
  async run(options) {
    const results: SizeResult[] = [];
    const tables: Table[] = [];
    const records: object[] = [];
    for (const bytes of options.sizes ?? sizes) {
      const result = await measureSize(bytes, options);
      const other = await joblib({ what: 'payload', bytes }, options);
      results.push(result);
      tables.push(tableOf(result, other));
      records.push(...result.all.map((series) => recordOf('payload', series)), { part: 'payload', ...other });
    }
    return {
      tables,
      checks: await checksOf(results, options),
      records,
    };
  },
};

async function measureSize(bytes: number, { pools, effort, progress }: PartOptions): Promise<SizeResult> {
  progress(`payload of ${sizeText(bytes)}`);
  const entrants = pools.flatMap((pool) =>
    (modes[pool] ?? []).map((mode): Entrant => ({ label: pool, pool, request: { what: 'payload', mode, bytes } })),
  );
  const all = await interleave(entrants, effort);
  const clones = all.filter((series) => modeOf(series) === 'clone' && series.turns.length > 0);
  const peers = clones.filter(({ pool }) => isPeerPool(pool));
  const [clone] = (peers.length > 0 ? peers : clones).sort((a, b) => timeOf(a) - timeOf(b));
  return { bytes, all, clone };
}

function tableOf({ bytes, all, clone }: SizeResult, other: JoblibFigures): Table {
  return {
    title: `Float64Array of ${sizeText(bytes)} there and back, µs per call`,
    columns: ['contender', 'how', 'µs', 'faster than clone', 'cpu µs', 'spread', ''],
    rows: [
      ...all.map((series) => [
        series.label,
        modeOf(series) ?? '',
        digits(timeOf(series) * 1_000),
        times(timesOf(clone, series)),
        digits(cpuOf(series) * 1_000),
        percent(spread(series.turns.map((turn) => turn.perOperation))),
        series.failure ?? '',
      ]),
      [other.label, 'file', digits(median(other.times) * 1_000), '-', '-', percent(spread(other.times)), other.note],
    ],
    notes: [
      `faster than clone: than the fastest structured clone through a peer, ${clone?.label ?? 'none'}`,
      'joblib writes arrays above 1 MB to a file that the worker maps',
    ],
  };
}

/** What is demanded of large arrays: far below a structured clone, whatever the size. */
async function checksOf(results: readonly SizeResult[], { pools, effort, progress }: PartOptions): Promise<Check[]> {
  const measured = results.filter(({ bytes }) => bytes >= large.from);
  if (!pools.includes('lazydag') || measured.length === 0) return [];
  progress('payloads of two sizes in turn');
  const pair = await interleave(
    handOnModes.flatMap((mode) =>
      [large.from, large.to].map((bytes): Entrant => lazydagEntrant({ what: 'payload', mode, bytes })),
    ),
    effort,
  );
  return handOnModes.flatMap((mode) => {
    const [small, big] = pair.filter((series) => modeOf(series) === mode);
    return [
      ...measured.map(({ bytes, all, clone }) => ({
        name: `${sizeText(bytes)} ${mode}: time of lazydag over the best structured clone`,
        measured: timesOf(
          all.find((series) => series.pool === 'lazydag' && modeOf(series) === mode),
          clone,
        ),
        limit: large.cloneRatio,
      })),
      {
        name: `${mode}: time of ${sizeText(large.to)} over ${sizeText(large.from)}`,
        measured: timesOf(big, small),
        limit: large.noise,
      },
    ];
  });
}

function lazydagEntrant(request: Entrant['request']): Entrant {
  return { label: 'lazydag', pool: 'lazydag', request };
}

function modeOf({ request }: PoolSeries): PayloadMode | undefined {
  return request.what === 'payload' ? request.mode : undefined;
}

function sizeText(bytes: number): string {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 10} KiB`;
}
