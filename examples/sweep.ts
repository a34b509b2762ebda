/**
 * Epidemics over a grid of 60 parameters: how far a disease gets, by how contagious it is and how many are vaccinated. The
 * program is killed partway and started again; what it had computed it finds in its store.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { asCompleted, node } from 'lazydag';
import { DiskStore } from 'lazydag/store';
import { uniform } from './support/random.js';
import { percent, table } from './support/text.js';

/** What may be chosen. */
export interface SweepOptions {
  /** The first life ends with so many results. Default 25. */
  readonly killAfter?: number;
}

/** One point of the grid. */
export interface Setting {
  /** How many others one infected person infects while nobody is immune. */
  readonly contagion: number;
  /** Share of the population, from 0 to 1. */
  readonly vaccinated: number;
}

/** A result on its way from a life to who watches it. */
interface Told {
  readonly index: number;
  /** Whether the store had it. */
  readonly found: boolean;
  readonly infected: number;
}

/** What came of a life of the program. */
interface Life {
  readonly computed: number;
  readonly found: number;
  readonly ended: string;
  readonly results: ReadonlyMap<number, number>;
}

const PEOPLE = 2000;
const EPIDEMICS = 150;
/** People who bring the disease in, from outside. */
const FIRST_CASES = 5;

/** From influenza to measles. */
const CONTAGION = [1.2, 1.5, 2, 2.5, 3, 4, 6, 9, 12, 18];
const VACCINATED = [0, 0.2, 0.4, 0.6, 0.8, 0.95];

export const GRID: readonly Setting[] = CONTAGION.flatMap((contagion) =>
  VACCINATED.map((vaccinated) => ({ contagion, vaccinated })),
);

/**
 * The share of those not vaccinated that get infected, the mean of many simulated epidemics: people meet at random, and
 * what happens next is either that somebody is infected or that somebody recovers (the model of Kermack and McKendrick, in
 * whole people).
 */
export const epidemic = node(
  ({ contagion, vaccinated }: Setting): number => {
    const random = uniform(1);
    const unprotected = Math.round(PEOPLE * (1 - vaccinated));
    let infections = 0;
    for (let epidemic = 0; epidemic < EPIDEMICS; epidemic += 1) {
      let susceptible = unprotected;
      for (let infected = FIRST_CASES; infected > 0;) {
        // Per person infected, as often as that one recovers.
        const rate = (contagion * susceptible) / PEOPLE;
        if (random() * (rate + 1) < rate) {
          susceptible -= 1;
          infected += 1;
        } else infected -= 1;
      }
      infections += unprotected - susceptible;
    }
    return infections / EPIDEMICS / unprotected;
  },
  { name: 'epidemic', persist: 'disk' },
);

/** Computes what the store does not have, and tells of each result. */
export async function sweep(path: string, tell: (told: Told) => void): Promise<void> {
  await using store = new DiskStore({ path });
  const calls = GRID.map((setting) => epidemic(setting));
  const ran = new Set<unknown>();
  const completed = asCompleted(calls, {
    store,
    onEvent: (event) => {
      if (event.type === 'finished') ran.add(event.future);
    },
  });
  for await (const [index, infected] of completed) tell({ index, found: !ran.has(calls[index]), infected });
}

/** Runs the sweep in a process of its own, which is killed after so many results. */
async function live(path: string, killAfter: number): Promise<Life> {
  const child = fork(fileURLToPath(import.meta.url), ['--store', path], { execArgv: ['--import', 'tsx'] });
  const results = new Map<number, number>();
  let found = 0;
  child.on('message', (message) => {
    const told = message as Told; // nothing else is sent
    results.set(told.index, told.infected);
    if (told.found) found += 1;
    if (results.size === killAfter) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]; // what the event says
  return { computed: results.size - found, found, ended: signal ?? `with ${String(code)}`, results };
}

/** Starts the sweep, kills it, starts it again, and prints what each life did and what came of it all. */
export async function main({ killAfter = 25 }: SweepOptions = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lazydag-sweep-'));
  try {
    const first = await live(folder, killAfter);
    const second = await live(folder, Infinity);
    const row = (name: string, { computed, found, ended }: Life): string[] => [
      name,
      String(found),
      String(computed),
      ended,
    ];
    const head = ['life', 'found in the store', 'computed', 'ended'];
    console.log(table(head, [row('the first', first), row('the second', second)]));
    console.log(
      `\nShare of those not vaccinated that get infected, of ${String(PEOPLE)} people, when a disease is brought in`,
    );
    console.log(gridText(second.results));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function print({ index, found, infected }: Told): void {
  const { contagion, vaccinated } = GRID[index] ?? { contagion: Number.NaN, vaccinated: Number.NaN };
  const setting = `one infects ${String(contagion)}, ${percent(vaccinated)} vaccinated`;
  console.log(`${found ? 'found   ' : 'computed'}  ${setting}: ${percent(infected)} infected`);
}

function gridText(results: ReadonlyMap<number, number>): string {
  const rows = CONTAGION.map((contagion, row) => [
    String(contagion),
    ...VACCINATED.map((_, column) => percent(results.get(row * VACCINATED.length + column) ?? Number.NaN)),
  ]);
  const head = VACCINATED.map((share) => `${String(share * 100)} % vaccinated`);
  return table(['one infects', ...head], rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { store } = parseArgs({ options: { store: { type: 'string' } } }).values;
  if (store === undefined) await main();
  else await sweep(store, process.send === undefined ? print : (told) => process.send?.(told));
}
