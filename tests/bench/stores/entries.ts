import { join } from 'node:path';
import type { Store } from '../../../src/store/index.js';
import { takeTurns } from '../streams/measurement.js';
import { loadStores } from './library.js';
import type { Group, PartOptions } from './part.js';
import { microsecondsEachNow } from './per-operation.js';

const FEW = 1_000;
const MANY = 1_000_000;
/** Entries that are put side by side. */
const BATCH = 10_000;
/** Keys that are asked for in a turn. */
const ASKED = 20_000;

/** Whether a store gets slower with what it holds. */
export async function entries({ rounds, sizes, folder }: PartOptions): Promise<Group[]> {
  const many = sizes?.[0] ?? MANY;
  const few = Math.min(FEW, many);
  const { DiskStore } = await loadStores();
  await using little = new DiskStore({ path: join(folder, 'few') });
  await using large = new DiskStore({ path: join(folder, 'many') });
  await fill(little, few);
  const puts = await fill(large, many);
  const stores = [
    { store: little, count: few },
    { store: large, count: many },
  ];
  const named = (entry: (of: (typeof stores)[number]) => () => number) =>
    Object.fromEntries(stores.map((of) => [`${of.count.toLocaleString('en')} entries`, entry(of)]));
  return [
    {
      name: 'has, of a key that is there',
      unit: 'µs',
      measured: await takeTurns(
        named(
          ({ store, count }) =>
            () =>
              ask(store, { from: 0, count, expected: true }),
        ),
        rounds,
      ),
    },
    {
      name: 'has, of any key that is there',
      unit: 'µs',
      measured: await takeTurns(
        named(
          ({ store, count }) =>
            () =>
              ask(store, { from: 0, count, expected: true, distinct: count }),
        ),
        rounds,
      ),
    },
    {
      name: 'has, of a key that is not',
      unit: 'µs',
      measured: await takeTurns(
        named(
          ({ store, count }) =>
            () =>
              ask(store, { from: count, count, expected: false }),
        ),
        rounds,
      ),
    },
    {
      name: 'put of a number, many at once',
      unit: 'µs',
      measured: [
        { contender: 'the first tenth', figures: puts.slice(0, Math.ceil(puts.length / 10)) },
        { contender: 'the last tenth', figures: puts.slice(-Math.ceil(puts.length / 10)) },
      ],
    },
  ];
}

/** Microseconds for each entry, by batch. */
async function fill(store: Store, count: number): Promise<number[]> {
  const figures: number[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    const started = performance.now();
    await Promise.all(batch.map((index) => store.put(keyAt(index), index)));
    figures.push(((performance.now() - started) * 1_000) / batch.length);
  }
  return figures;
}

interface Question {
  readonly from: number;
  readonly count: number;
  readonly expected: boolean;
  /** Different keys that are asked for: as many of each store, so that what differs is the entries, not the processor's cache. */
  readonly distinct?: number;
}

function ask(store: Store, { from, count, expected, distinct = FEW }: Question): number {
  const different = Math.min(distinct, count);
  const step = Math.floor(count / different);
  // Made before the clock starts; a step that shares no factor with any count visits them in no order.
  const asked = Array.from({ length: ASKED }, (_, at) => keyAt(from + ((at * 7_919) % different) * step));
  return microsecondsEachNow(ASKED, (at) => {
    if (store.has(asked[at] ?? '') !== expected) throw new Error('wrong answer');
  });
}

/** 32 hexadecimal digits, as hashes are: in no order. */
function keyAt(index: number): string {
  let text = '';
  for (let part = 0; part < 4; part++)
    text += scrambled(4 * index + part)
      .toString(16)
      .padStart(8, '0');
  return text;
}

function scrambled(value: number): number {
  let bits = Math.imul(value + 1, 0x9e3779b9);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
