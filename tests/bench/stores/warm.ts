import { join } from 'node:path';
import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { seededInteger } from '../shapes/seeded-integer.js';
import { takeTurns } from '../streams/measurement.js';
import { loadStores } from './library.js';
import type { Group, PartOptions } from './part.js';

const NODES = 10_000;
/** Calls that do not wait for each other. */
const LAYER = 100;

/** A graph all of whose results are kept, when none of them is there and when all are. */
export async function warm({ rounds, sizes, folder }: PartOptions): Promise<Group[]> {
  const count = sizes?.[0] ?? NODES;
  const { Graph, node, resolve } = await loadLibrary();
  const { DiskStore } = await loadStores();
  const mix = node((place: number, one: number, other: number) => (one + 2 * other + place) % 1_000_003, {
    name: 'mix',
  });
  const sum = node((values: readonly number[]) => values.reduce((total, value) => total + value, 0), { name: 'sum' });

  /** Layers of calls that take two results of the layer before, and the sum of the last. */
  const build = (seed: number): Future<number> => {
    const random = seededInteger(1);
    let layer: readonly (number | Future<number>)[] = [seed];
    for (let left = count - 1; left > 0; left -= layer.length) {
      const before = layer;
      const pick = (place: number): number | Future<number> => before[place % before.length] ?? 0;
      // The first layer is the narrow one: everything is needed by something.
      layer = Array.from({ length: left % LAYER || LAYER }, (_, at) => mix(at, pick(at), pick(random(LAYER))));
    }
    return sum(layer);
  };

  await using store = new DiskStore({ path: join(folder, 'warm') });
  await store.open();
  const kept = { store, persist: 'disk' } as const;
  const timed = async (seed: number, options: ConstructorParameters<typeof Graph>[0]): Promise<number> => {
    const started = performance.now();
    const target = new Graph(options).run(() => build(seed));
    const total = await resolve(target);
    const took = performance.now() - started;
    if (!Number.isInteger(total)) throw new Error(`wrong total ${total}`);
    return took;
  };
  let seed = 0;
  const measured = await takeTurns(
    {
      'without a store': () => timed(++seed, {}),
      cold: async () => {
        const before = await store.stats();
        const took = await timed(seed, kept);
        const { puts } = await store.stats();
        expectCount('puts of a cold run', puts - before.puts, count);
        return took;
      },
      warm: async () => {
        const before = await store.stats();
        const took = await timed(seed, kept);
        const { hits, misses } = await store.stats();
        expectCount('reads of a warm run', hits - before.hits, 1);
        expectCount('misses of a warm run', misses - before.misses, 0);
        return took;
      },
    },
    rounds,
  );
  return [{ name: `a graph of ${count.toLocaleString('en')} calls, all kept`, unit: 'ms', measured }];
}

function expectCount(what: string, got: number, expected: number): void {
  if (got !== expected) throw new Error(`warm: ${what}: expected ${expected}, got ${got}`);
}
