import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '../report/result.js';
import { median, spread } from '../report/statistics.js';
import { digits, times } from '../report/table.js';
import type { Measurement } from '../streams/measurement.js';
import { streamPartNames, type StreamPartName } from '../streams/names.js';
import type { Suite } from './suite.js';

const host = fileURLToPath(new URL('../.build/host.js', import.meta.url));

/** Items per second that PyPipeline took through its own first example on the machine that the limits were set on. */
const pypipeline = 20_100;

interface StreamPart {
  readonly title: string;
  readonly unit: string;
  /** Items of a turn, where they may be chosen. */
  readonly size?: number;
  /** Takes long, and is run by its name only. */
  readonly onRequest?: boolean;
  readonly checks: (of: (contender: string) => readonly number[]) => readonly Check[];
}

/** Medians over the rounds of the ratio of neighbouring turns. */
function ratio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((figure, round) => figure / (other[round] ?? NaN)));
}

const parts: Readonly<Record<StreamPartName, StreamPart>> = {
  readme: {
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
  stages: {
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
  composed: {
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
  frames: signalPart('frames', 'frames of 64 × 64 float32 through a FIR filter, power and counter on two threads'),
  chunks: signalPart('chunks', '256 channels at 30 kHz in chunks of 10 ms, likewise'),
  soak: {
    title: 'growth of memory between a tenth of the items and all',
    unit: 'KiB',
    size: 10_000_000,
    onRequest: true,
    checks: (of) => [
      { name: 'growth of the heap, KiB', measured: of('heap')[0] ?? NaN, limit: 512 },
      { name: 'growth of the process, KiB', measured: of('the whole process')[0] ?? NaN, limit: 8192 },
    ],
  },
};

function signalPart(name: StreamPartName, title: string): StreamPart {
  return {
    title,
    unit: 'chunks/s',
    checks: (of) => [
      {
        name: `${name}: rate of two bare workers over that of lazydag`,
        measured: ratio(of('two bare workers'), of('lazydag')),
        limit: 1 / 0.9,
      },
    ],
  };
}

/** Pipelines and transforms against the same by hand. */
export const stream: Suite = {
  name: 'stream',
  description: 'pipelines and transforms against loops, timers and threads by hand; soak by --parts only',
  contenders: ['lazydag'],
  async run({ rounds = 9, parts: chosen, sizes, progress }) {
    const names = streamPartNames.filter((name) => chosen?.includes(name) ?? parts[name].onRequest !== true);
    const results: { name: StreamPartName; measured: Measurement[] }[] = [];
    for (const name of names) {
      progress(name);
      const size = sizes?.[0] ?? parts[name].size ?? 0;
      const { stdout } = await promisify(execFile)(process.execPath, [host, name, String(rounds), String(size)]);
      results.push({ name, measured: JSON.parse(stdout) as Measurement[] });
    }
    return {
      suite: 'stream',
      tables: results.map(({ name, measured }) => {
        const [first] = measured;
        const isTurn = (first?.figures.length ?? 0) > 1;
        return {
          title: `${parts[name].title}, median of ${first?.figures.length ?? 0}`,
          columns: ['', parts[name].unit, '× first', 'spread'],
          rows: measured.map(({ contender, figures }) => [
            contender,
            digits(median(figures)),
            isTurn ? times(ratio(figures, first?.figures ?? [])) : '',
            isTurn ? `${(spread(figures) * 100).toFixed(0)} %` : '',
          ]),
        };
      }),
      checks: results.flatMap(({ name, measured }) =>
        parts[name].checks((wanted) => measured.find(({ contender }) => contender === wanted)?.figures ?? []),
      ),
      records: results.map(({ name, measured }) => ({ part: name, measured })),
    };
  },
};
