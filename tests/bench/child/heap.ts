import { loadContender } from '../contenders/load.js';
import { shapes } from '../shapes/index.js';
import type { Tasks } from './protocol.js';

/** Bytes that an unresolved graph occupies, on the heap and outside it. Needs `--expose-gc`. */
export async function measureHeap(request: Tasks['heap']['request']): Promise<number> {
  const contender = await loadContender(request.contender);
  const shape = shapes[request.shape];
  // A first small graph brings in what is allocated once.
  contender.build(shape, 1_000);
  const before = settledBytes();
  const target = contender.build(shape, request.size);
  const after = settledBytes();
  // Holding the target until here keeps the graph alive while it is weighed.
  return target === undefined ? NaN : after - before;
}

function settledBytes(): number {
  if (globalThis.gc === undefined) throw new Error('heap: expected node --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
