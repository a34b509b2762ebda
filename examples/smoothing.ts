/**
 * Twenty years of the S&P 500 smoothed by a filter with finite impulse response, and thinned to a value a month. The filter
 * is a generator that keeps the end of the signal from chunk to chunk. It is written once, and applied to the whole record at
 * once, to chunks of uneven size, and in a pipeline to the pieces in which the file comes from the disk.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Future } from 'lazydag';
import { compose, pipeline, stateful, type Stateful } from 'lazydag/stream';
import { bar, decimal, table } from './support/text.js';

/** What may be chosen. */
export interface SmoothingOptions {
  /** CSV file with a header, the date first and the closing price fifth. Default: the S&P 500 of vega-datasets. */
  readonly path?: string;
}

/** What the counter adds to a chunk. */
export interface Counted {
  /** Values in this chunk and before. */
  readonly count: number;
  readonly values: Float64Array;
}

/** Daily prices from 2000 to 2020, of the npm package vega-datasets, which exports its code only. */
const PRICES = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/sp500-2000.csv');
/** Values that the filter puts together: days of trading in about a quarter. */
const REACH = 63;
/** Days of trading in about a month. */
export const MONTH = 21;
/** Months between two lines of the report. */
const LINE = 8;

/** The window of Hann as weights that add up to 1: the middle counts most. */
export const taps = hann(REACH);

function hann(length: number): Float64Array {
  const window = Float64Array.from({ length }, (_, at) => Math.sin((Math.PI * (at + 1)) / (length + 1)) ** 2);
  const sum = window.reduce((total, weight) => total + weight, 0);
  return window.map((weight) => weight / sum);
}

/** y[n] = b[0] x[n] + b[1] x[n - 1] + …, with zeros before the first chunk. */
export const fir = stateful(function* fir(weights: Float64Array): Stateful<Float64Array, Float64Array> {
  const reach = weights.length - 1;
  let before = new Float64Array(reach);
  let result = new Float64Array();
  for (;;) {
    const chunk = yield result;
    const signal = new Float64Array(reach + chunk.length);
    signal.set(before);
    signal.set(chunk, reach);
    before = signal.slice(chunk.length);
    result = chunk.map((_, at) =>
      weights.reduce((sum, weight, back) => sum + weight * (signal[at + reach - back] ?? 0), 0),
    );
  }
});

/** One value in `factor`, the first among them, wherever chunks begin and end. */
export const decimator = stateful(function* decimator(factor: number): Stateful<Float64Array, Float64Array> {
  let next = 0;
  let result = new Float64Array();
  for (;;) {
    const chunk = yield result;
    const first = next;
    result = chunk.filter((_, at) => at >= first && (at - first) % factor === 0);
    next = first + result.length * factor - chunk.length;
  }
});

/** How many values there were. */
export const counter = stateful(function* counter(): Stateful<Float64Array, Counted> {
  let values: Float64Array = new Float64Array();
  let count = 0;
  for (;;) {
    values = yield { count, values };
    count += values.length;
  }
});

/** The closing prices in a text that comes in pieces; a line may end in a later one. */
const closings = stateful(function* closings(): Stateful<string, Float64Array> {
  let rest = '';
  let header = true;
  let result = new Float64Array();
  for (;;) {
    const lines = (rest + (yield result)).split('\n');
    rest = lines.pop() ?? '';
    result = Float64Array.from(lines.slice(header ? 1 : 0), (line) => Number(line.split(',')[4]));
    header &&= lines.length === 0;
  }
});

/** A signal smoothed, thinned and counted. Each call gives another one, with a state of its own. */
export function smoother() {
  return compose(fir(taps), decimator(MONTH), counter());
}

/** The text of a file in pieces, its last line ended like the others. */
async function* textOf(path: string, highWaterMark: number): AsyncGenerator<string> {
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark })) yield String(piece);
  yield '\n';
}

/** Chunks of a signal, of 1, 2, 4, 8 … to 256 values, and then from the beginning. */
export function* unevenly(signal: Float64Array): Generator<Float64Array> {
  for (let from = 0, length = 1; from < signal.length; from += length, length = length === 256 ? 1 : 2 * length)
    yield signal.subarray(from, from + length);
}

/** All values of the chunks, and what the counter said last. */
export function together(chunks: readonly Counted[]): Counted {
  return {
    count: chunks.at(-1)?.count ?? 0,
    values: Float64Array.from(chunks.flatMap(({ values }) => [...values])),
  };
}

/** The record in the file, smoothed in three ways. */
export async function smooth(path: string) {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1);
  const signal = Float64Array.from(lines, (line) => Number(line.split(',')[4]));

  const whole = smoother()(signal);

  const byChunk = smoother();
  const chunks = Array.from(unevenly(signal), (chunk) => byChunk(chunk));

  const parsed = closings();
  const thinned = smoother();
  const smoothing = pipeline((text: Future<string>) => thinned(parsed(text)), { name: 'smoothing' });
  const pieces: Counted[] = [];
  for await (const piece of smoothing.run(textOf(path, 4096))) pieces.push(piece);

  return { dates: lines.map((line) => line.slice(0, 10)), signal, whole, chunks, pieces };
}

/** Smooths the record in three ways, prints it, and tells whether they agree. */
export async function main({ path = PRICES }: SmoothingOptions = {}): Promise<void> {
  const { dates, signal, whole, chunks, pieces } = await smooth(path);
  console.log(
    `${decimal(signal.length)} closing prices of the S&P 500; ${String(REACH)} of them to a smooth one, one a month\n`,
  );

  const highest = whole.values.reduce((high, value) => Math.max(high, value), 0);
  const rows = [...whole.values]
    .map((value, month) => [
      dates[month * MONTH] ?? '',
      decimal(signal[month * MONTH] ?? 0, 2),
      decimal(value, 2),
      bar(value / highest, 40),
    ])
    .filter((_, month) => month >= REACH / MONTH && month % LINE === 0); // before that, the filter sees zeros
  console.log(table(['date', 'price', 'smooth', ''], rows));

  const same = (other: Counted): string =>
    other.count === whole.count && other.values.every((value, at) => value === whole.values[at]) ? 'yes' : 'no';
  console.log(
    `\nIn ${decimal(chunks.length)} chunks of 1 to 256 values the same to the last bit: ${same(together(chunks))}`,
  );
  console.log(
    `In a pipeline, from ${decimal(pieces.length)} pieces of the file the same to the last bit: ${same(together(pieces))}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
