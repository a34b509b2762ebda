import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '../report/result.js';
import { median, spread } from '../report/statistics.js';
import { digits, times } from '../report/table.js';
import type { Measurement } from '../streams/measurement.js';
import type { Suite } from './suite.js';

const host = fileURLToPath(new URL('../.build/host.js', import.meta.url));

/** Items per second that PyPipeline took through its own first example on the machine that the limits were set on. */
const pypipeline = 20_100;

interface StreamPart {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly checks: (of: (contender: string) => readonly number[]) => readonly Check[];
}

/** Medians over the rounds of the ratio of neighbouring turns. */
function ratio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((figure, round) => figure / (other[round] ?? NaN)));
}

const parts: readonly StreamPart[] = [
  {
    name: 'readme',
    title: 'a source with two outputs, a multiplier, a sink',
    unit: 'µs per item',
    checks: (of) => [
      {
        name: 'first example: time of lazydag over the bare loop',
        measured: ratio(of('lazydag'), of('for await over an async generator')),
        limit: 4,
      },
      {
        name: 'first example over an async generator: time of lazydag over the bare loop',
        measured: ratio(of('lazydag, over the same generator'), of('for await over an async generator')),
        limit: 4,
      },
      {
        name: 'first example: time of lazydag over PyPipeline',
        measured: (median(of('lazydag, pull()')) * pypipeline) / 1e6,
        limit: 1 / 25,
      },
    ],
  },
  {
    name: 'stages',
    title: 'a stage of 40 ms with two replicas, an ordered sink of 20 ms',
    unit: 'items/s',
    checks: (of) => [
      {
        name: 'stages: rate by hand over that of lazydag',
        measured: ratio(of('by hand'), of('lazydag')),
        limit: 1 / 0.98,
      },
      { name: 'stages: ms to leave', measured: Math.max(...of('lazydag, ms to leave')), limit: 100 },
    ],
  },
  {
    name: 'composed',
    title: 'ten trivial transforms',
    unit: 'ns per chunk',
    checks: (of) => [
      {
        name: 'compose of ten steps: time over functions by hand',
        measured: ratio(of('compose of steps'), of('functions by hand')),
        limit: 3,
      },
    ],
  },
  ...[
    { name: 'frames', title: 'frames of 64 × 64 float32 through a FIR filter, power and counter on two threads' },
    { name: 'chunks', title: '256 channels at 30 kHz in chunks of 10 ms, likewise' },
  ].map(({ name, title }): StreamPart => ({
    name,
    title,
    unit: 'chunks/s',
    checks: (of) => [
      {
        name: `${name}: rate of two bare workers over that of lazydag`,
        measured: ratio(of('two bare workers'), of('lazydag')),
        limit: 1 / 0.9,
      },
    ],
  })),
];

/** Pipelines and transforms against the same by hand. */
export const stream: Suite = {
  name: 'stream',
  description: 'pipelines and transforms against loops, timers and threads by hand',
  contenders: ['lazydag'],
  async run({ rounds = 9, progress }) {
    const results: { part: StreamPart; measured: Measurement[] }[] = [];
    for (const part of parts) {
      progress(part.name);
      const { stdout } = await promisify(execFile)(process.execPath, [host, part.name, String(rounds)]);
      results.push({ part, measured: JSON.parse(stdout) as Measurement[] });
    }
    return {
      suite: 'stream',
      tables: results.map(({ part, measured }) => {
        const [first] = measured;
        return {
          title: `${part.title}, median of ${rounds}`,
          columns: ['', part.unit, '× first', 'spread'],
          rows: measured.map(({ contender, figures }) => [
            contender,
            digits(median(figures)),
            times(ratio(figures, first?.figures ?? [])),
            `${(spread(figures) * 100).toFixed(0)} %`,
          ]),
        };
      }),
      checks: results.flatMap(({ part, measured }) =>
        part.checks((wanted) => measured.find(({ contender }) => contender === wanted)?.figures ?? []),
      ),
      records: results.map(({ part, measured }) => ({ part: part.name, measured })),
    };
  },
};
