import type { Check } from '../../report/result.js';
import { spread } from '../../report/statistics.js';
import { digits, times } from '../../report/table.js';
import { interleave } from '../interleave.js';
import type { Entrant, PoolSeries } from '../interleave.js';
import { percent, recordOf, timeOf, timesOf } from '../summary.js';
import type { Part, PartOptions } from './part.js';

const steps = 50;
const arrayLength = 10_000_000;

/** A chain takes long enough for few turns to do. */
const mostRounds = 7;
const limits = { blocks: 2, blocksInPlace: 1, time: 1.1 };

/** A chain on the pool beside the same loop by hand. */
interface Pair {
  readonly loop: PoolSeries | undefined;
  readonly lazydag: PoolSeries | undefined;
}

/** Fifty steps over an array of 80 MB: shared memory that exists for it, and time against the same loop in a thread. */
export const chain: Part = {
  name: 'chain',
  async run(options) {
    const length = options.sizes?.[0] ?? arrayLength;
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    options.progress('chain');
    // One after the other, so that neither pool is counted the other's memory.
    const copying = await measurePair({ length, inPlace: false }, options);
    const donating = await measurePair({ length, inPlace: true }, options);
    const row = ({ lazydag, loop }: Pair, series: PoolSeries | undefined): readonly (readonly string[])[] =>
      series === undefined
        ? []
        : [
            [
              series.label,
              digits(blocksOf(series, bytes)),
              digits(timeOf(series)),
              series === lazydag ? times(timesOf(lazydag, loop)) : '-',
              percent(spread(series.turns.map((turn) => turn.perOperation))),
              series.failure ?? '',
            ],
          ];
    return {
      tables: [
        {
          title: `${steps} steps over arrays of ${digits(bytes / 1e6)} MB`,
          columns: ['', 'blocks mapped', 'ms', '× same loop', 'spread', ''],
          rows: [copying, donating].flatMap((pair) => [...row(pair, pair.loop), ...row(pair, pair.lazydag)]),
          notes: ['same loop: by hand in a bare thread, over as many buffers; some processors are slower in place'],
        },
      ],
      checks: options.pools.includes('lazydag') ? checksOf(copying, donating, bytes) : [],
      records: [copying, donating].flatMap(({ loop, lazydag }) =>
        [loop, lazydag].flatMap((series) => (series === undefined ? [] : [recordOf('chain', series)])),
      ),
    };
  },
};

async function measurePair(
  { length, inPlace }: { readonly length: number; readonly inPlace: boolean },
  { pools, effort }: PartOptions,
): Promise<Pair> {
  const request = { what: 'chain', length, steps, inPlace } as const;
  const entrants: Entrant[] = [{ label: inPlace ? 'loop in place' : 'loop over two buffers', pool: 'bare', request }];
  if (pools.includes('lazydag')) {
    entrants.push({ label: inPlace ? 'lazydag, donate' : 'lazydag', pool: 'lazydag', request });
  }
  const rounds = Math.min(effort.rounds, mostRounds);
  const [loop, lazydag] = await interleave(entrants, { ...effort, rounds });
  return { loop, lazydag };
}

function checksOf(copying: Pair, donating: Pair, bytes: number): readonly Check[] {
  const check = (name: string, { loop, lazydag }: Pair, blocks: number): readonly Check[] => [
    { name: `${name}: blocks mapped`, measured: blocksOf(lazydag, bytes), limit: blocks },
    { name: `${name}: time of lazydag over the same loop`, measured: timesOf(lazydag, loop), limit: limits.time },
  ];
  return [...check('chain', copying, limits.blocks), ...check('chain with donate', donating, limits.blocksInPlace)];
}

/** Whole arrays that the mapped memory holds, in the worst turn; a block is up to an eighth longer than its array. */
function blocksOf(series: PoolSeries | undefined, bytes: number): number {
  const turns = series?.turns ?? [];
  return turns.length === 0 ? NaN : Math.max(...turns.map((turn) => Math.floor((turn.mappedBytes ?? NaN) / bytes)));
}
