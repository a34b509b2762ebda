/**
 * A CSV file of a million rows, streamed through nodes with a progress bar: its pieces are cut into lines, lines are parsed,
 * some are left out, and batches of the others are added up. No more than a few pieces of the file are ever in memory.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { node, type Future } from 'lazydag';
import { batch, compose, filter, pipeline, stateful, unbatch, type Stateful } from 'lazydag/stream';
import { decimal, megabytes, percent, table } from './support/text.js';

/** What may be chosen. */
export interface RowsOptions {
  /** Rows of the file. Default 1,000,000. */
  readonly rows?: number;
  /** Whether a bar is drawn on standard error. Default true. */
  readonly progress?: boolean;
}

/** An aeroplane met an animal. */
export interface Strike {
  readonly phase: string;
  readonly damage: boolean;
  /** In knots; NaN where nobody wrote it down. */
  readonly speed: number;
}

/** What is known of the strikes in one phase of flight. */
export interface Summary {
  readonly strikes: number;
  readonly damaging: number;
  /** Sum of the speeds, in knots. */
  readonly speed: number;
}

/** What was reported to the U.S. Federal Aviation Administration from 1990 to 2002; comes with the npm package vega-datasets. */
const STRIKES = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/birdstrikes.csv');
const ROWS = 1_000_000;
const BATCH = 1000;
const [DAMAGE, PHASE, SPEED] = [2, 6, 13];

/** Cuts text that comes in pieces into lines. The end of a piece may be the middle of a line. */
const cut = stateful(function* cut(): Stateful<string, string[]> {
  let rest = '';
  let lines: string[] = [];
  for (;;) {
    const piece: string = yield lines;
    lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
  }
});

/** One line of the file. */
export const parse = node(
  (line: string): Strike => {
    const cells = line.split(',');
    const speed = cells[SPEED] ?? '';
    return {
      phase: cells[PHASE] ?? '',
      damage: cells[DAMAGE] !== 'None',
      speed: speed === '' ? Number.NaN : Number(speed),
    };
  },
  { name: 'parse' },
);

function isComplete({ speed }: Strike): boolean {
  return !Number.isNaN(speed);
}

/** Adds up strikes by phase of flight; gives a summary of all so far. */
const summarise = stateful(
  {
    init: () => ({ byPhase: new Map<string, Summary>() }),
    step: ({ byPhase }, strikes: readonly Strike[]): ReadonlyMap<string, Summary> => {
      for (const { phase, damage, speed } of strikes) {
        const known = byPhase.get(phase) ?? { strikes: 0, damaging: 0, speed: 0 };
        byPhase.set(phase, {
          strikes: known.strikes + 1,
          damaging: known.damaging + (damage ? 1 : 0),
          speed: known.speed + speed,
        });
      }
      return new Map(byPhase);
    },
  },
  { name: 'summarise' },
);

/** From pieces of a file, without its header, to summaries: one for each batch. */
export function summarising() {
  const lines = compose(cut(), unbatch<string>()).with({ name: 'lines' });
  const complete = filter(isComplete).with({ name: 'complete' });
  const batches = batch<Strike>(BATCH);
  const total = summarise();
  return pipeline((piece: Future<string>) => total(batches(complete(parse(lines(piece))))), {
    name: 'batches of rows',
  });
}

/** The rows of the data set, whose lines end as on Windows. */
async function readRows(): Promise<string[]> {
  return (await readFile(STRIKES, 'utf8')).trimEnd().split('\r\n').slice(1);
}

/** The rows over and over, until there are enough, in pieces. */
function* repeated(rows: readonly string[], count: number): Generator<string> {
  for (let from = 0; from < count; from += rows.length) yield `${rows.slice(0, count - from).join('\n')}\n`;
}

/** How many of the repeated rows will be left. */
function completeOf(rows: readonly string[], count: number): number {
  const complete = rows.map((row) => isComplete(parse.body(row)));
  let left = 0;
  for (let at = 0; at < count; at += 1) if (complete[at % rows.length] === true) left += 1;
  return left;
}

/** Writes so many rows to a file, streams them through the pipeline, and prints what came of them. */
export async function main({ rows: count = ROWS, progress = true }: RowsOptions = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lazydag-rows-'));
  try {
    const file = join(folder, 'strikes.csv');
    const rows = await readRows();
    await pipe(Readable.from(repeated(rows, count)), createWriteStream(file));
    const { size } = await stat(file);
    console.log(`${decimal(count)} rows, ${megabytes(size)}`);

    const total = Math.ceil(completeOf(rows, count) / BATCH);
    const running = summarising().run(createReadStream(file, 'utf8'), { progress, total });
    const startedAt = performance.now();
    let summary: ReadonlyMap<string, Summary> = new Map();
    for await (const next of running) summary = next;
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`${decimal(count / seconds)} rows a second\n\n${summaryText(summary)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function summaryText(summary: ReadonlyMap<string, Summary>): string {
  const rows = [...summary]
    .sort(([, a], [, b]) => b.strikes - a.strikes)
    .map(([phase, { strikes, damaging, speed }]) => [
      phase,
      decimal(strikes),
      percent(damaging / strikes),
      decimal(speed / strikes),
    ]);
  return table(['phase of flight', 'strikes with a speed', 'with damage', 'mean speed, knots'], rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { rows } = parseArgs({ options: { rows: { type: 'string' } } }).values;
  await main(rows === undefined ? {} : { rows: Number(rows) });
}
