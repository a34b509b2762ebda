import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '../report/result.js';
import { median, spread } from '../report/statistics.js';
import { digits, times, type Table } from '../report/table.js';
import { joblibMemory } from '../stores/joblib-memory.js';
import { storePartNames, type StorePartName } from '../stores/names.js';
import type { Group, PartOptions } from '../stores/part.js';
import type { Suite, SuiteOptions } from './suite.js';

const host = fileURLToPath(new URL('../.build/store-host.js', import.meta.url));

/** Microseconds that joblib.Memory took for a small result on the machine that the limits were set on. */
const JOBLIB_TIMES = { hit: 53, miss: 343 };
const JOBLIB = 'joblib.Memory';
/** Bytes of a turn's output: figures only. */
const OUTPUT = 64 * 2 ** 20;

/** The figures of a contender in a group; none where that was not measured. */
type Figures = (group: string, contender: string) => readonly number[];

/** Median over the rounds of the ratio of neighbouring turns. */
function ratio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((figure, round) => figure / (other[round] ?? NaN)));
}

const GIGABYTE = 1_000;

interface Limited {
  readonly group: string;
  readonly of: (figures: Figures) => Check;
}

function overJoblib(what: 'hit' | 'miss', contender: string): Limited {
  const group = `${what} of a small result`;
  return {
    group,
    of: (of) => {
      const here = of(group, JOBLIB);
      return {
        name: `small ${what}: time over that of joblib.Memory, measured ${here.length > 0 ? 'here' : 'once'}`,
        measured: median(of(group, contender)) / (here.length > 0 ? median(here) : JOBLIB_TIMES[what]),
        limit: 1 / 3,
      };
    },
  };
}

/** Figures that have limits, but for those whose group was not measured. */
const checks: readonly Limited[] = [
  {
    group: 'hit of a small result',
    of: (of) => ({
      name: 'small hit: time over its key and a bare lmdb get',
      measured: ratio(
        of('hit of a small result', 'lazydag'),
        of('hit of a small result', 'its key, and a bare lmdb get'),
      ),
      limit: 3,
    }),
  },
  overJoblib('hit', 'lazydag'),
  overJoblib('miss', 'lazydag, each awaited before the next'),
  {
    group: 'hit of 8 MiB',
    of: (of) => ({
      name: 'hit of 8 MiB: time over reading and hashing a plain file',
      measured: ratio(of('hit of 8 MiB', 'lazydag'), of('hit of 8 MiB', 'plain file, xxh128')),
      limit: 1.15,
    }),
  },
  ...['64 KiB', '8 MiB'].map((size) => ({
    group: `key of a Float64Array of ${size}`,
    of: (of: Figures) => ({
      name: `key of ${size}: ms for a GB`,
      measured: GIGABYTE / median(of(`key of a Float64Array of ${size}`, 'lazydag')),
      limit: GIGABYTE / 2,
    }),
  })),
  ...['has, of a key that is there', 'has, of a key that is not'].map((group) => ({
    group,
    of: (of: Figures) => ({
      name: `${group}: time at 1,000,000 entries over that at 1,000`,
      measured: ratio(of(group, '1,000,000 entries'), of(group, '1,000 entries')),
      limit: 1.5,
    }),
  })),
  {
    group: 'how often it ran',
    of: (of) => ({
      name: 'one key, 8 processes: bodies that ran',
      measured: Math.max(...of('how often it ran', '8 processes')),
      limit: 1,
    }),
  },
];

/** Stores on disk against lmdb, plain files, cacache and joblib.Memory. */
export const store: Suite = {
  name: 'store',
  description: 'results on disk against lmdb, plain files, cacache and joblib.Memory',
  contenders: ['lazydag'],
  needsPeers,
  async run({ rounds = 9, parts: chosen = storePartNames, sizes, contenders, progress }) {
    const names = storePartNames.filter((name) => chosen.includes(name));
    const records: { part: StorePartName; groups: Group[] }[] = [];
    for (const part of names) {
      progress(part);
      const peers = needsPeers({ parts: [part], ...(contenders && { contenders }) });
      records.push({ part, groups: await measure(part, { rounds, sizes, peers }) });
    }
    const groups = records.flatMap((record) => record.groups);
    const figures: Figures = (name, wanted) =>
      groups.find((group) => group.name === name)?.measured.find(({ contender }) => contender === wanted)?.figures ??
      [];
    return {
      suite: 'store',
      tables: groups.map(tableOf),
      checks: checks.filter(({ group }) => groups.some(({ name }) => name === group)).map(({ of }) => of(figures)),
      records,
    };
  },
};

/** Arrays are compared with cacache, unless only lazydag is asked for. */
function needsPeers({ parts = storePartNames, contenders }: Pick<SuiteOptions, 'parts' | 'contenders'>): boolean {
  return contenders === undefined && parts.includes('arrays');
}

async function measure(part: StorePartName, options: Omit<PartOptions, 'folder'>): Promise<Group[]> {
  const parameters = [host, part, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { maxBuffer: OUTPUT });
  const groups = JSON.parse(stdout) as Group[]; // what the host writes
  if (part !== 'small') return groups;
  const { hit, miss } = await joblibMemory(options.rounds);
  const [hits, misses] = groups.map((group, index) => {
    const figures = [hit, miss][index] ?? [];
    return figures.length === 0 ? group : { ...group, measured: [...group.measured, { contender: JOBLIB, figures }] };
  });
  return [hits, misses].filter((group) => group !== undefined);
}

function tableOf({ name, unit, measured }: Group): Table {
  const [first] = measured;
  const rounds = first?.figures.length ?? 0;
  return {
    title: `${name}, median of ${rounds}`,
    columns: ['', unit, '× first', 'spread'],
    rows: measured.map(({ contender, figures }) => [
      contender,
      digits(median(figures)),
      // Another language's process takes no turns.
      contender === JOBLIB ? '' : times(ratio(figures, first?.figures ?? [])),
      figures.length > 1 ? `${(spread(figures) * 100).toFixed(0)} %` : '',
    ]),
  };
}
