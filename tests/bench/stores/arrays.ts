import { closeSync, openSync, readSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createXXHash128 } from 'hash-wasm';
import { importPeer } from '../contenders/peer.js';
import { loadLibrary } from '../contenders/library.js';
import { takeTurns, type Contenders } from '../streams/measurement.js';
import { loadStores } from './library.js';
import type { Group, PartOptions } from './part.js';
import { bytesText } from './bytes-text.js';

const SIZES = [64 * 2 ** 10, 8 * 2 ** 20, 256 * 2 ** 20];
/** Bytes that a turn moves at least, so that small arrays are timed many at once. */
const TURN = 16 * 2 ** 20;
/** Rounds of what moves more than a turn's bytes by far. */
const FEW = 5;
const HUGE = 64 * 2 ** 20;

/** One way to keep arrays. */
interface Keeper {
  /** Has to be done before the first hit. */
  prepare(): Promise<void>;
  /** Reads what was prepared; gives its first number. */
  hit(): Promise<number> | number;
  /** Keeps the source under a number of its own. */
  miss(seed: number): Promise<void>;
  /** Makes room, outside of what is timed. */
  clear(): Promise<void>;
}

/** What of cacache is used. */
interface Cacache {
  get(cache: string, key: string): Promise<{ readonly data: Buffer }>;
  put(cache: string, key: string, data: Uint8Array): Promise<unknown>;
  readonly rm: { all(cache: string): Promise<unknown> };
}

/** Hits and misses of arrays, against a plain file and cacache. */
export async function arrays({ rounds, sizes = SIZES, peers, folder }: PartOptions): Promise<Group[]> {
  const groups: Group[] = [];
  for (const bytes of sizes) {
    const source = new Float64Array(new SharedArrayBuffer(bytes)).map((_, at) => at / 3);
    const place = join(folder, String(bytes));
    const keepers: Record<string, Keeper> = {
      'plain file, xxh128': await plainFile(`${place}.bin`, source),
      lazydag: await lazydag(`${place}-store`, source),
      ...(peers && { cacache: cacache(`${place}-cacache`, await importPeer<Cacache>('cacache'), source) }),
    };
    groups.push(...(await measure(keepers, { bytes, source, rounds: bytes > HUGE ? Math.min(rounds, FEW) : rounds })));
  }
  return groups;
}

interface Measured {
  readonly bytes: number;
  readonly source: Float64Array;
  readonly rounds: number;
}

async function measure(
  keepers: Readonly<Record<string, Keeper>>,
  { bytes, source, rounds }: Measured,
): Promise<Group[]> {
  const count = Math.max(1, Math.round(TURN / bytes));
  let seed = 1;
  const contenders = (turn: (keeper: Keeper) => Promise<number>): Contenders =>
    Object.fromEntries(Object.entries(keepers).map(([name, keeper]) => [name, () => turn(keeper)]));

  const miss = await takeTurns(
    contenders(async (keeper) => {
      const started = performance.now();
      for (let at = 0; at < count; at++) {
        source[0] = seed;
        await keeper.miss(seed++);
      }
      const took = (performance.now() - started) / count;
      await keeper.clear();
      return took;
    }),
    rounds,
  );

  source[0] = 42;
  for (const keeper of Object.values(keepers)) await keeper.prepare();
  const hit = await takeTurns(
    contenders(async (keeper) => {
      const started = performance.now();
      for (let at = 0; at < count; at++) if ((await keeper.hit()) !== 42) throw new Error('wrong value');
      return (performance.now() - started) / count;
    }),
    rounds,
  );
  for (const keeper of Object.values(keepers)) await keeper.clear();
  return [
    { name: `hit of ${bytesText(bytes)}`, unit: 'ms', measured: hit },
    { name: `miss of ${bytesText(bytes)}`, unit: 'ms', measured: miss },
  ];
}

/** The least that it takes: read into memory that is there, and hash. */
async function plainFile(path: string, source: Float64Array): Promise<Keeper> {
  const bytes = new Uint8Array(source.buffer);
  const target = new Uint8Array(new SharedArrayBuffer(bytes.length));
  const numbers = new Float64Array(target.buffer);
  const hasher = await createXXHash128();
  const checksum = (of: Uint8Array): string => hasher.init().update(of).digest('hex');
  const write = async (): Promise<void> => {
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
  };
  let expected = '';
  return {
    prepare: async () => {
      await write();
      expected = checksum(bytes);
    },
    hit: () => {
      const file = openSync(path, 'r');
      for (let at = 0; at < target.length;) at += readSync(file, target, at, target.length - at, at);
      closeSync(file);
      if (checksum(target) !== expected) throw new Error('wrong checksum');
      return numbers[0] ?? NaN;
    },
    miss: write,
    clear: () => rm(path),
  };
}

async function lazydag(path: string, source: Float64Array): Promise<Keeper> {
  const { node } = await loadLibrary();
  const { DiskStore } = await loadStores();
  const store = new DiskStore({ path });
  await store.open();
  const keep = node((_seed: number) => source, { name: `keep${source.byteLength}`, persist: 'disk' });
  return {
    prepare: async () => {
      await keep(42).resolve({ store });
    },
    hit: async () => {
      const call = keep(42);
      const [first = NaN] = await call.resolve({ store });
      call.release();
      return first;
    },
    miss: async (seed) => {
      await keep(seed).resolve({ store });
    },
    clear: async () => {
      await store.prune({ maxBytes: 0 });
    },
  };
}

function cacache(path: string, { get, put, rm: remove }: Cacache, source: Float64Array): Keeper {
  const bytes = Buffer.from(source.buffer);
  return {
    prepare: async () => {
      await put(path, '42', bytes);
    },
    hit: async () => (await get(path, '42')).data.readDoubleLE(0),
    miss: async (seed) => {
      await put(path, String(seed), bytes);
    },
    clear: async () => {
      await remove.all(path);
    },
  };
}
