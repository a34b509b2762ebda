/**
 * What the delays of 200,000 real flights go with: distribution, quantiles by hour and by distance, correlations, a
 * regression and outliers, from one graph in which nothing is computed twice and no column is held longer than needed.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { resolve, WorkerPool, type Executor } from 'lazydag';
import { DiskStore } from 'lazydag/store';
import { save } from 'lazydag/view';
import { analyse } from './flights/analysis.js';
import { FLIGHTS } from './flights/columns.js';
import { logText, reportText, veryLateText } from './flights/report.js';
import { RunLog } from './flights/run-log.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface FlightsOptions {
  /** Arrow file with the columns delay, distance and time. Default: the one of vega-datasets. */
  readonly path?: string;
  /** Where the picture of the graph goes. Default `.tmp/flights.svg` in the repository. */
  readonly svg?: string;
  /** Threads of a pool that runs the bodies. Default: none, they run on the calling thread. */
  readonly threads?: number | undefined;
  /** Folder of a store that keeps every result for later runs. Default: none. */
  readonly store?: string | undefined;
}

const PICTURE = fileURLToPath(new URL('../.tmp/flights.svg', import.meta.url));

/** Analyses the flights and prints a report, what ran for it and where, and where the picture of the graph is. */
export async function main({ threads, ...options }: FlightsOptions = {}): Promise<void> {
  if (threads === undefined) {
    await tell(options, 'inline');
    return;
  }
  await using pool = new WorkerPool({ threads });
  await tell(options, pool);
}

async function tell(options: FlightsOptions, executor: 'inline' | Executor): Promise<void> {
  const { path = FLIGHTS, svg = PICTURE } = options;
  await using store = options.store === undefined ? undefined : new DiskStore({ path: options.store });
  await store?.open();
  const startedAt = performance.now();
  const { graph, report, veryLate } = analyse(path, store);

  const first = new RunLog();
  console.log(reportText(await resolve(report, { executor, onEvent: first.follow })));
  console.log(`\nWhat ran for it\n${logText(first)}`);

  const second = new RunLog(first.heldBytes);
  const shares = await veryLate.resolve({ executor, onEvent: second.follow });
  console.log(`\nWhen are most flights more than an hour late? ${veryLateText(shares)}`);
  console.log(`What ran for that: the columns were still there\n${logText(second)}`);
  if (store !== undefined) {
    const { hits, puts } = await store.stats();
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(
      `\nWith the store: ${String(first.ran + second.ran)} bodies ran, ${String(hits)} results found, ${String(puts)} kept, in ${decimal(seconds, 2)} seconds`,
    );
  }

  await mkdir(dirname(svg), { recursive: true });
  await save(graph, svg, { direction: 'LR' });
  console.log(`\nThe graph is drawn in ${join('.', relative(process.cwd(), svg))}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { threads, store } = parseArgs({ options: { threads: { type: 'string' }, store: { type: 'string' } } }).values;
  await main({ threads: threads === undefined ? undefined : Number(threads), store });
}
