import type { MemoryRun, MemoryVariant } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import { median } from '../report/statistics.js';
import { digits, times } from '../report/table.js';
import type { Suite } from './suite.js';

const steps = 50;
const arrayLength = 10_000_000;
const variants: readonly MemoryVariant[] = ['baseline', 'loop', 'alloc', 'plain', 'donate'];

/** What the process holds beside the arrays varies by a few MB from run to run. */
const residentTolerance = 0.05;

interface Entrant {
  readonly variant: MemoryVariant;
  readonly runs: MemoryRun[];
  failure?: string;
}

/** A chain of 50 steps over arrays of 80 MB: how many are alive at one time, and what the graph costs beside the arithmetic. */
export const memory: Suite = {
  name: 'memory',
  description: '50 steps over arrays of 80 MB: arrays alive at one time, time against a loop',
  contenders: ['lazydag'],
  async run({ sizes: [length = arrayLength] = [], rounds = 5, limit = 60, progress }) {
    const entrants = variants.map((variant): Entrant => ({ variant, runs: [] }));
    for (let round = 0; round < rounds; round++) {
      for (const entrant of entrants) {
        if (entrant.failure !== undefined) continue;
        progress(`${entrant.variant}, round ${round + 1}`);
        const request = { variant: entrant.variant, length, steps };
        const outcome = await runChild('memory', request, { limit });
        if (outcome.ok) entrant.runs.push(outcome.value);
        else entrant.failure = outcome.reason;
      }
    }
    const records = summarise(entrants, length);
    return {
      suite: 'memory',
      tables: [
        {
          title: `${steps} steps over arrays of ${digits((length * 8) / 1e6)} MB`,
          columns: ['', 'arrays by events', 'arrays resident', 'time', '× loop', ''],
          rows: records.map((record) => [
            record.variant,
            digits(record.arraysByEvents),
            digits(record.arraysResident),
            `${digits(record.duration)} ms`,
            times(record.ratio),
            record.note,
          ]),
          notes: ['arrays resident: peak of the process less that of the same chain over 8 numbers'],
        },
      ],
      checks: records
        .filter(({ variant }) => variant === 'alloc')
        .flatMap(({ arraysByEvents, arraysResident, ratio }) => [
          { name: 'arrays alive with alloc, by events', measured: arraysByEvents, limit: 2 },
          {
            name: 'arrays alive with alloc, resident',
            measured: arraysResident,
            limit: 2 + residentTolerance,
          },
          { name: 'time with alloc over the loop', measured: ratio, limit: 1.1 },
        ]),
      records,
    };
  },
};

function summarise(entrants: readonly Entrant[], length: number) {
  const runsOf = (wanted: MemoryVariant): readonly MemoryRun[] =>
    entrants.find(({ variant }) => variant === wanted)?.runs ?? [];
  const resident = (runs: readonly MemoryRun[]): number => median(runs.map((run) => run.peakResident));
  const duration = (runs: readonly MemoryRun[]): number => median(runs.map((run) => run.duration));
  const base = resident(runsOf('baseline'));
  return entrants
    .filter(({ variant }) => variant !== 'baseline')
    .map(({ variant, runs, failure }) => ({
      variant,
      arraysByEvents: median(runs.map((run) => run.peakByEvents ?? NaN)) / (length * 8),
      arraysResident: (resident(runs) - base) / (length * 8),
      duration: duration(runs),
      ratio: duration(runs) / duration(runsOf('loop')),
      note: failure ?? '',
      runs,
    }));
}
