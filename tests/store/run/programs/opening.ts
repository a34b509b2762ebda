// A process in which nothing is open yet: tells what plans and runs that cannot wait come to before something is opened, and after.
import { asCompleted, Graph, node, plan, resolve, resolveSync } from 'lazydag';
import { DiskStore, explain, MemoryStore, openKeys, TieredStore, type Store } from 'lazydag/store';
import { PaperStore } from '../../paper-store.js';

/** What the program prints, as JSON. */
export interface Opening {
  /** Codes and texts of what plan() and resolveSync() threw. */
  readonly before: readonly { readonly code: unknown; readonly message: string }[];
  readonly cached: readonly unknown[];
  readonly value: number;
}

const [, , way = '', path = ''] = process.argv;
const square = node((x: number) => x ** 2, { name: 'square', version: '1', persist: 'disk' });

/** Stores that are not open, and open what makes keys when they are. */
const stores: Readonly<Record<string, () => Store>> = {
  DiskStore: () => new DiskStore({ path }),
  MemoryStore: () => new MemoryStore(),
  TieredStore: () => new TieredStore(new PaperStore()),
};

/** What opens it with a store that does not, and is open. */
const others: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'a run': (store) => square(3).resolve({ store }),
  'a run of several targets': (store) => resolve([square(3)], { store }),
  'asCompleted()': (store) => asCompleted([square(3)], { store }).next(),
  'a Graph': (store) => new Graph({ store }).run(() => square(3)).resolve(),
  'a run of a body': (store) => node(() => square(3).resolve({ store }))().resolve(),
  'explain()': (store) => explain(square(3), store),
  'openKeys()': () => openKeys(),
};

function thrown(attempt: () => unknown): { code: unknown; message: string } {
  try {
    attempt();
  } catch (error) {
    const { code, message } = error as Error & { code?: unknown }; // whatever the library throws
    return { code, message };
  }
  return { code: undefined, message: 'nothing was thrown' };
}

const other = others[way];
const store = stores[way]?.() ?? new PaperStore();
if (other !== undefined) await store.open();
const before = [thrown(() => plan(square(4), { store })), thrown(() => resolveSync(square(4), { store }))];
if (other === undefined) await store.open();
else await other(store);
const { cached } = plan(square(4), { store });
const opening: Opening = { before, cached, value: resolveSync(square(4), { store }) };
await store.close();
console.log(JSON.stringify(opening));
