import { join } from 'node:path';
import { open, type Database } from 'lmdb';
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

/** Bytes of a record of a number. */
const RECORD = Buffer.alloc(80);
const LEAST = Buffer.from([1]);

/** Whether a store gets slower with what it holds, beside bare tables of lmdb: of the same records, and of the least there can be. */
export async function entries({ rounds, sizes, folder }: PartOptions): Promise<Group[]> {
  const many = sizes?.[0] ?? MANY;
  const few = Math.min(FEW, many);
  const bare = open({ path: join(folder, 'bare.mdb'), noSync: true, encoding: 'binary' });
  const tables = ([few, many] as const).map((count) => {
    const [records, least] = ['records', 'least'].map((name) =>
      bare.openDB<Buffer, Buffer>({ name: `${name}-${count}`, encoding: 'binary', keyEncoding: 'binary' }),
    );
    for (let from = 0; from < count; from += BATCH)
      bare.transactionSync(() => {
        for (let index = from; index < Math.min(from + BATCH, count); index++) {
          void records?.put(bytesOf(keyAt(index)), RECORD);
          void least?.put(shortOf(keyAt(index)), LEAST);
        }
      });
    return { count, records, least };
  });
  const bareTurns = Object.fromEntries(
    tables.flatMap(({ count, records, least }) => [
      [`bare lmdb, ${count.toLocaleString('en')} records`, () => askBare(records, count, bytesOf)],
      [`bare lmdb, ${count.toLocaleString('en')} rows of 9 bytes`, () => askBare(least, count, shortOf)],
    ]),
  );
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
  const groups = [
    {
      name: 'has, of a key that is there',
      unit: 'µs',
      measured: await takeTurns(
        {
          ...named(
            ({ store, count }) =>
              () =>
                ask(store, { from: 0, count, expected: true }),
          ),
          ...bareTurns,
        },
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
  await bare.close();
  return groups;
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

function askBare(table: Database<Buffer, Buffer> | undefined, count: number, keyOf: (key: string) => Buffer): number {
  const asked = questions({ from: 0, count }).map(keyOf);
  return microsecondsEachNow(ASKED, (at) => {
    if (table?.doesExist(asked[at] ?? LEAST) !== true) throw new Error('wrong answer');
  });
}

/** Of a key as the store has it. */
function bytesOf(key: string): Buffer {
  return Buffer.from(key, 'utf8');
}

function shortOf(key: string): Buffer {
  return Buffer.from(key.slice(0, 16), 'hex');
}

interface Question {
  readonly from: number;
  readonly count: number;
  readonly expected: boolean;
  /** Different keys that are asked for: as many of each store, so that what differs is the entries, not the processor's cache. */
  readonly distinct?: number;
}

function questions({ from, count, distinct = FEW }: Omit<Question, 'expected'>): string[] {
  const different = Math.min(distinct, count);
  const step = Math.floor(count / different);
  // Made before the clock starts; a step that shares no factor with any count visits them in no order.
  return Array.from({ length: ASKED }, (_, at) => keyAt(from + ((at * 7_919) % different) * step));
}

function ask(store: Store, { expected, ...question }: Question): number {
  const asked = questions(question);
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
