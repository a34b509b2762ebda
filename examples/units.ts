/**
 * The filter of `smoothing.ts` once more, as units of a layout: the same transforms, each with its state on a thread, now at
 * work on whatever chunks come, and when they come. What they give together is what the filter gives for the whole record.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FromIterable, Layout, ToCallback, unit } from 'lazydag/layout';
import { counter, decimator, fir, MONTH, smoother, taps, together, unevenly, type Counted } from './smoothing.js';
import { connectionsText } from './support/connections.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface UnitsOptions {
  /** CSV file with a header and the closing price fifth. Default: the S&P 500 of vega-datasets. */
  readonly path?: string;
}

/** Daily prices from 2000 to 2020, of the npm package vega-datasets, which exports its code only. */
const PRICES = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/sp500-2000.csv');

/** A signal in chunks of uneven size on the way through a filter on one thread, and two more steps on another. */
class Smoothing extends Layout {
  readonly pieces: Counted[] = [];
  readonly #signal: Float64Array;

  constructor(signal: Float64Array) {
    super();
    this.#signal = signal;
  }

  setup(): void {
    const here = this.context({ inline: true, name: 'here' });
    const filtering = this.context({ name: 'filtering' });
    const counting = this.context({ name: 'counting' });
    const prices = this.add(here, FromIterable, () => unevenly(this.#signal)).with({ name: 'prices' });
    const filter = this.add(filtering, unit(fir(taps)));
    const thinning = this.add(counting, unit(decimator(MONTH)));
    const count = this.add(counting, unit(counter()));
    const pieces = this.add(here, ToCallback, (piece: Counted) => this.pieces.push(piece)).with({ name: 'pieces' });
    const way = [prices, filter, thinning, count, pieces];
    for (const [at, next] of way.slice(1).entries()) {
      const before = way[at];
      if (before !== undefined) this.connect(before, next, { policy: 'queue', capacity: 8 });
    }
  }
}

/** The signal in a file, through units and as a whole. */
export async function smoothByUnits(path: string) {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1);
  const signal = Float64Array.from(lines, (line) => Number(line.split(',')[4]));
  const layout = new Smoothing(signal);
  const running = await layout.start();
  await running.done;
  return { signal, units: together(layout.pieces), whole: smoother()(signal), stats: running.stats() };
}

export async function main({ path = PRICES }: UnitsOptions = {}): Promise<void> {
  const { signal, units, whole, stats } = await smoothByUnits(path);
  const same =
    units.values.length === whole.values.length && units.values.every((value, at) => value === whole.values[at]);
  console.log(`${decimal(signal.length)} prices became ${units.count.toString()} smoothed ones, a month apart.`);
  console.log(`The last one: ${decimal(units.values.at(-1) ?? NaN, 2)} dollars.`);
  console.log(
    `Chunk by chunk over three threads ${same ? 'gave exactly what' : 'gave something else than'} the whole record gives.`,
  );
  console.log(connectionsText(stats));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
