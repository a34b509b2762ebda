/**
 * Options on five shares, priced by simulation on all cores: European calls, for which there is a formula to compare with, and
 * Asian calls, for which there is none. Every call of a node has a generator of its own, seeded by its arguments, so the
 * prices do not depend on which thread ran what.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { node } from 'lazydag';
import { compare } from './support/comparison.js';
import { normal, uniform } from './support/random.js';
import { decimal, percent, table } from './support/text.js';

/** What may be chosen. */
export interface PricingOptions {
  /** Threads of the pool. Default: as many as can run at once. */
  readonly threads?: number;
  /** Paths that are simulated for each share. Default 100,000. */
  readonly paths?: number;
}

/** What a simulation needs to know of a share. */
interface Market {
  readonly spot: number;
  /** Standard deviation of the logarithm of the price over a year. */
  readonly volatility: number;
}

/** Sums of discounted payoffs and of their squares. */
interface Sums {
  readonly paths: number;
  readonly european: Moments;
  readonly asian: Moments;
}

interface Moments {
  readonly sum: number;
  readonly squares: number;
}

/** A price by simulation. */
interface Estimate {
  readonly price: number;
  /** Standard error of the price. */
  readonly error: number;
}

/** The prices of one share's options. */
export interface Pricing {
  readonly market: Market;
  readonly european: Estimate;
  readonly asian: Estimate;
}

/** Monthly closing prices from 2000 to March 2010, of the npm package vega-datasets, which exports its code only. */
const STOCKS = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/stocks.csv');
const SYMBOLS = ['MSFT', 'AMZN', 'IBM', 'GOOG', 'AAPL'];
const MONTHS = 12;
const WEEKS = 52;
/** Interest per year. */
const RATE = 0.03;
/** Paths of one call: some milliseconds of work. */
const BATCH = 2500;

const read = node((path: string) => readFile(path, 'utf8'), { name: 'read' });

/** The last price of a share, and the volatility that its prices had. */
const market = node(
  (csv: string, symbol: string): Market => {
    const rows = csv.split('\n').map((line) => line.split(','));
    const prices = rows.filter(([name]) => name === symbol).map(([, , price]) => Number(price));
    const returns = prices.slice(1).map((price, month) => Math.log(price / (prices[month] ?? Number.NaN)));
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
    return { spot: prices.at(-1) ?? Number.NaN, volatility: Math.sqrt(MONTHS * variance) };
  },
  { name: 'market' },
);

/** Paths of a year in weekly steps, with calls at the money: on the last price, and on the mean of all. */
const simulate = node(
  ({ spot, volatility }: Market, paths: number, seed: number): Sums => {
    const gauss = normal(uniform(seed));
    const step = 1 / WEEKS;
    const drift = (RATE - volatility ** 2 / 2) * step;
    const spread = volatility * Math.sqrt(step);
    const discount = Math.exp(-RATE);
    const [european, asian] = [
      { sum: 0, squares: 0 },
      { sum: 0, squares: 0 },
    ];
    for (let path = 0; path < paths; path += 1) {
      let price = spot;
      let total = 0;
      for (let week = 0; week < WEEKS; week += 1) {
        price *= Math.exp(drift + spread * gauss());
        total += price;
      }
      add(european, discount * Math.max(price - spot, 0));
      add(asian, discount * Math.max(total / WEEKS - spot, 0));
    }
    return { paths, european, asian };
  },
  { name: 'simulate' },
);

function add(moments: { sum: number; squares: number }, payoff: number): void {
  moments.sum += payoff;
  moments.squares += payoff ** 2;
}

const estimate = node(
  (all: readonly Sums[], option: 'european' | 'asian'): Estimate => {
    const paths = all.reduce((count, sums) => count + sums.paths, 0);
    const price = all.reduce((sum, sums) => sum + sums[option].sum, 0) / paths;
    const square = all.reduce((sum, sums) => sum + sums[option].squares, 0) / paths;
    return { price, error: Math.sqrt((square - price ** 2) / paths) };
  },
  { name: 'estimate' },
);

/** The options of every share, as Futures. */
export function price(paths: number) {
  const csv = read(STOCKS);
  const batches = Math.ceil(paths / BATCH);
  return SYMBOLS.map((symbol, share) => {
    const known = market(csv, symbol);
    const sums = Array.from({ length: batches }, (_, batch) =>
      simulate(known, Math.min(BATCH, paths - batch * BATCH), share * batches + batch),
    );
    return { market: known, european: estimate(sums, 'european'), asian: estimate(sums, 'asian') };
  });
}

/** The normal distribution function, to about 1e-7 (Abramowitz and Stegun, 26.2.17). */
function cumulative(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = series.reduceRight((rest, factor) => t * (factor + rest), 0);
  const tail = (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return x < 0 ? tail : 1 - tail;
}

/** What Black and Scholes give for a European call at the money, with a year to go. */
export function blackScholes({ spot, volatility }: Market): number {
  const d = RATE / volatility + volatility / 2;
  return spot * (cumulative(d) - Math.exp(-RATE) * cumulative(d - volatility));
}

function pricingText(pricings: readonly Pricing[]): string {
  const estimated = ({ price: value, error }: Estimate): string => `${decimal(value, 2)} ± ${decimal(error, 2)}`;
  return table(
    ['share', 'spot', 'volatility', 'European call', 'by formula', 'errors apart', 'Asian call'],
    pricings.map(({ market: known, european, asian }, share) => [
      SYMBOLS[share] ?? '',
      decimal(known.spot, 2),
      percent(known.volatility),
      estimated(european),
      decimal(blackScholes(known), 2),
      decimal((european.price - blackScholes(known)) / european.error, 1),
      estimated(asian),
    ]),
  );
}

/** Prices the options on the calling thread and on a pool, and tells the prices and how long both took. */
export async function main({ threads = availableParallelism(), paths = 100_000 }: PricingOptions = {}): Promise<void> {
  const { value, inline, text } = await compare(() => price(paths), threads);
  console.log(`Calls at the money for a year at ${percent(RATE)} interest, ${decimal(paths)} paths a share\n`);
  console.log(pricingText(value));
  console.log(`\n${text}`);
  console.log(`  the same to the last bit: ${isDeepStrictEqual(value, inline) ? 'yes' : 'no'}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
