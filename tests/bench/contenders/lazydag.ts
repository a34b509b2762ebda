import type { Future, NodeFunction } from '../../../src/index.js';
import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Contender } from './contender.js';
import { loadLibrary } from './library.js';

/** How a run is asked for: `resolve()` gives a promise, `resolveSync()` the value. */
export type Resolution = 'resolve' | 'resolveSync';

/** The library under test. Nodes are made once, as a module would make them; graphs are built outside any `Graph`. */
export async function lazydag(resolution: Resolution): Promise<Contender> {
  const { node } = await loadLibrary();
  const down: NodeFunction<[depth: number], number | Future<number>> = node(
    (depth: number) => (depth === 0 ? 0 : down(depth - 1)),
    {
      name: 'down',
    },
  );
  const operations = {
    inc: node(increment, { name: 'inc' }),
    join: node(join, { name: 'join' }),
    sum: node(total, { name: 'sum' }),
    share: (future: Future<number>) => future,
    down,
  };
  const evaluate = (target: Future<number>): number | Promise<number> => target[resolution]();
  return contender<Future<number>>(() => ({ operations, evaluate }));
}
