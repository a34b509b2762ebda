// What the threads load that are driven by hand.
import { parentPort } from 'node:worker_threads';
import type { BareAnswer, BareMessage, BareRequest } from '../bare-protocol.js';
import { addOne, increment, spin, touch } from '../bodies.js';
import type { SpinRequest } from '../bodies.js';
import type { ChainOutcome, ChainWork } from '../pool.js';

parentPort?.on('message', ({ id, ...request }: BareMessage) => {
  parentPort?.postMessage({ id, value: perform(request) } satisfies BareAnswer);
});

// Arguments are of the types that the tasks are called with; messages keep no types.
function perform(request: BareRequest): unknown {
  switch (request.task) {
    case 'increment':
      return increment(request.argument as number);
    case 'spin':
      return spin(request.argument as SpinRequest);
    case 'touch':
    case 'move':
      return touch(request.argument as Float64Array);
    case 'spins': {
      const { count, iterations, first, step } = request.argument;
      let sum = 0;
      for (let seed = first; seed < count; seed += step) sum += spin({ iterations, seed });
      return sum;
    }
    case 'chain':
      return chain(request.argument);
  }
}

/** By number and length; kept from one chain to the next, as a pool keeps its blocks. */
const buffersOf = new Map<string, readonly Float64Array[]>();

/** What one would write by hand: two shared buffers that change roles; or one that is written in place. */
function chain({ length, steps, inPlace }: ChainWork): ChainOutcome {
  const count = inPlace ? 1 : 2;
  const key = `${count} of ${length}`;
  const buffers = buffersOf.get(key) ?? Array.from({ length: count }, () => shared(length));
  buffersOf.set(key, buffers);
  let [from, to = from] = buffers as [Float64Array, Float64Array?]; // there is one at least
  from.fill(0);
  for (let step = 0; step < steps; step++) {
    addOne(from, to);
    [from, to] = [to, from];
  }
  const mappedBytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { value: from[length - 1] ?? NaN, length: from.length, mappedBytes };
}

function shared(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
