import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { layoutPartNames, type LayoutPartName } from '../layouts/names.js';
import type { Check } from '../report/result.js';
import { median, spread } from '../report/statistics.js';
import { digits } from '../report/table.js';
import type { Measurement } from '../streams/measurement.js';
import type { Suite } from './suite.js';

const host = fileURLToPath(new URL('../.build/layout-host.js', import.meta.url));

/** Values of 8 bytes per second that ezmsg handed on through shared memory on the machine that the limits were set on. */
const ezmsg = 35_500;

type Figures = (contender: string) => readonly number[];

interface LayoutPart {
  readonly title: string;
  readonly unit: string;
  /** Values of a turn. */
  readonly size: number;
  /** Takes long, and is run by its name only. */
  readonly onRequest?: boolean;
  readonly checks: (of: Figures) => readonly Check[];
}

/** Median over the rounds of the ratio of neighbouring turns. */
function ratio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((figure, round) => figure / (other[round] ?? NaN)));
}

function pacedChecks(what: string, of: Figures): Check[] {
  return [
    {
      name: `${what}: time on the way over a bare Atomics.wait`,
      measured: ratio(of('lazydag'), of('Atomics.wait by hand')),
      limit: 1.2,
    },
    { name: `${what}: % of a core`, measured: median(of('lazydag, % of a core')), limit: 3 },
  ];
}

const parts: Readonly<Record<LayoutPartName, LayoutPart>> = {
  small: {
    title: 'records of 8 bytes from thread to thread, each in turn',
    unit: 'values/s',
    size: 500_000,
    checks: (of) => [
      { name: '8 bytes: rate of ezmsg over that of lazydag', measured: ezmsg / median(of('lazydag')), limit: 1 / 10 },
    ],
  },
  paced: {
    title: 'a record of 8 bytes 100 times a second',
    unit: 'µs, or as it says',
    size: 200,
    checks: (of) => pacedChecks('100 Hz', of),
  },
  apart: {
    title: 'the same, a core for each of the two threads',
    unit: 'µs, or as it says',
    size: 200,
    checks: (of) => (of('lazydag').length === 0 ? [] : pacedChecks('100 Hz, two cores', of)),
  },
  large: {
    title: 'records of 8 MiB, filled by one thread and summed by another',
    unit: 'GiB/s',
    size: 400,
    checks: (of) => [
      {
        name: '8 MiB: rate by hand over that of lazydag',
        measured: ratio(of('ring by hand'), of('lazydag')),
        limit: 1 / 0.8,
      },
    ],
  },
  integrity: {
    title: 'values that are torn, lost or out of order while both sides stall at random',
    unit: 'values',
    size: 1_000_000,
    onRequest: true,
    checks: (of) =>
      ['queue: torn', 'queue: lost or reordered', 'latest: torn', 'latest: no newer than the one before'].map(
        (name) => ({
          name,
          measured: of(name)[0] ?? NaN,
          limit: 0,
        }),
      ),
  },
  soak: {
    title: 'growth of memory between a tenth of the firings and all',
    unit: 'KiB',
    size: 10_000_000,
    onRequest: true,
    checks: (of) => [
      ...['heap of the emitting thread', 'heap of the collecting thread'].map((name) => ({
        name: `growth of the ${name}, KiB`,
        measured: of(name)[0] ?? NaN,
        limit: 512,
      })),
      { name: 'growth of the process, KiB', measured: of('the whole process')[0] ?? NaN, limit: 8192 },
    ],
  },
};

/** Components on threads against channels by hand. */
export const layout: Suite = {
  name: 'layout',
  description: 'layouts of components on threads against shared memory by hand; integrity and soak by --parts only',
  contenders: ['lazydag'],
  async run({ rounds = 9, parts: chosen, sizes, progress }) {
    const names = layoutPartNames.filter((name) => chosen?.includes(name) ?? parts[name].onRequest !== true);
    const results: { name: LayoutPartName; measured: Measurement[] }[] = [];
    for (const name of names) {
      progress(name);
      const size = sizes?.[0] ?? parts[name].size;
      const { stdout } = await promisify(execFile)(process.execPath, [host, name, String(rounds), String(size)]);
      results.push({ name, measured: JSON.parse(stdout) as Measurement[] });
    }
    return {
      suite: 'layout',
      tables: results.map(({ name, measured }) => ({
        title: `${parts[name].title}, median of ${measured[0]?.figures.length ?? 0}`,
        columns: ['', parts[name].unit, 'spread'],
        rows: measured.map(({ contender, figures }) => [
          contender,
          digits(median(figures)),
          figures.length > 1 ? `${(spread(figures) * 100).toFixed(0)} %` : '',
        ]),
      })),
      checks: results.flatMap(({ name, measured }) =>
        parts[name].checks((wanted) => measured.find(({ contender }) => contender === wanted)?.figures ?? []),
      ),
      records: results.map(({ name, measured }) => ({ part: name, measured })),
    };
  },
};
