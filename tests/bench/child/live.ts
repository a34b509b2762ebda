import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { increment, join, total } from '../shapes/operations.js';
import type { Operations } from '../shapes/operations.js';
import { shapes } from '../shapes/index.js';
import type { Tasks } from './protocol.js';

/** Most values alive at one time while the graph is resolved, by the events `finished` and `released`. */
export async function countLiveValues(request: Tasks['live']['request']): Promise<number> {
  const { node } = await loadLibrary();
  const operations: Operations<Future<number>> = {
    inc: node(increment, { name: 'inc' }),
    join: node(join, { name: 'join' }),
    sum: node(total, { name: 'sum' }),
    share: (future: Future<number>) => future,
  };
  const target = shapes[request.shape].build(operations, request.size);
  let [live, peak] = [0, 0];
  await target?.resolve({
    onEvent: ({ type }) => {
      if (type === 'finished') peak = Math.max(peak, ++live);
      if (type === 'released') live -= 1;
    },
  });
  return peak;
}
