/**
 * A tour of what a Graph computes and what it keeps: which calls a target activates, when each value is released, calls
 * with several outputs, resolving from the middle, and persisting, for a whole Graph or for one call.
 */
import { pathToFileURL } from 'node:url';
import { Graph, type Future, type GraphOptions } from 'lazydag';

function adding(a: number, b: number): number {
  return a + b;
}

function addingOne(a: number, b: number): [number, number] {
  return [a + 1, b + 1];
}

/** The tour's graph, with its Futures by the names that the tour calls them. */
interface Tour {
  readonly graph: Graph;
  readonly futures: Readonly<Record<'a1' | 'a3' | 'a4' | 'a5', Future<number>>>;
}

/**
 *     a1 ─┬─ addingOne ── a3 ─┐
 *         └─ a4 ──────────────┴─ a5
 */
function build(options: GraphOptions & { readonly persistA4?: boolean } = {}): Tour {
  const { persistA4 = false, ...graphOptions } = options;
  const graph = new Graph(graphOptions);
  const a1 = graph.add(adding)(1, 2);
  const [, a3] = graph.add(addingOne, { outputs: 2 })(a1, 3);
  const a4 = graph.add(adding, persistA4 ? { persist: true } : {})(a1, 5);
  const a5 = graph.add(adding)(a4, a3);
  return { graph, futures: { a1, a3, a4, a5 } };
}

/** Resolves one of the Futures and says which bodies ran for it. */
async function ask({ graph, futures }: Tour, name: keyof Tour['futures']): Promise<void> {
  const names = new Map<Future, string>(Object.entries(futures).map(([key, future]) => [future, key]));
  const ran: string[] = [];
  const stop = graph.on('event', (event) => {
    // a3 is a part of what addingOne returns: taking it runs no body.
    if (event.type === 'started' && event.future !== futures.a3) ran.push(names.get(event.future) ?? event.name);
  });
  const value = await futures[name].resolve();
  stop();
  console.log(`${name} = ${value}; ran ${ran.length === 0 ? 'nothing' : ran.join(', ')}`);
}

function title(text: string): void {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}

/** Walks through the tour and prints what happens on the way. */
export async function main(): Promise<void> {
  title('Every step of resolving a5');
  const told = build({ verbose: true });
  console.log(`a5 = ${await told.futures.a5.resolve()}`);

  title('From the middle: a4 does not need addingOne, so a1 is released sooner');
  const middle = build({ verbose: true });
  console.log(`a4 = ${await middle.futures.a4.resolve()}`);

  title('Nothing persists: a5 again costs nothing, a4 is computed again');
  const plain = build();
  await ask(plain, 'a5');
  await ask(plain, 'a5');
  await ask(plain, 'a4');

  title('The whole graph persists');
  const kept = build({ persist: true });
  await ask(kept, 'a5');
  await ask(kept, 'a4');
  await ask(kept, 'a1');

  title('Only a4 persists');
  const part = build({ persistA4: true });
  await ask(part, 'a5');
  await ask(part, 'a4');
  await ask(part, 'a1');

  title('Releasing by hand');
  const { a4, a5 } = part.futures;
  console.log(`a5 is ${a5.state}, a4 is ${a4.state}`);
  a4.release();
  console.log(`after a4.release(), a4 is ${a4.state}`);
  await ask(part, 'a5');
  a5.release();
  console.log(`after a5.release(), a5 is ${a5.state}`);
  await ask(part, 'a5');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
