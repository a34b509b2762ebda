import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { loadStreams } from './library.js';
import type { Measurement } from './measurement.js';

const kibibyte = 1024;

/** KiB by which memory grows between a tenth of the items and all, in a pipeline with a state, a node and one value back. */
export async function soak(_rounds: number, count: number): Promise<Measurement[]> {
  const { node } = await loadLibrary();
  const { feedback, pipeline, stateful } = await loadStreams();
  const add = node((one: number, other: number) => one + other, { name: 'add' });
  const mean = stateful(
    {
      init: () => ({ seen: 0, sum: 0 }),
      step: (state, value: number) => {
        state.seen += 1;
        state.sum += value;
        return state.sum / state.seen;
      },
    },
    { name: 'mean' },
  );
  const summed = pipeline(
    (item: Future<number>) => {
      const before = feedback(0);
      const sum = add(item, before);
      before.from(sum);
      return [sum, mean()(item)] as const;
    },
    { inFlight: 32 },
  );
  const early = Math.ceil(count / 10);
  const notes: NodeJS.MemoryUsage[] = [];
  let seen = 0;
  let last: readonly [number, number] = [0, 0];
  for await (const result of summed.run(numbers(count))) {
    last = result;
    seen += 1;
    if (seen === early || seen === count) notes.push(usage());
  }
  const expected = (count * (count - 1)) / 2;
  if (seen !== count || last[0] !== expected || last[1] !== expected / count)
    throw new Error(`wrong result ${last.join(', ')} after ${seen} items, expected ${expected}`);
  const [begun, ended] = notes;
  const growth = (of: 'heapUsed' | 'rss'): number => ((ended?.[of] ?? NaN) - (begun?.[of] ?? NaN)) / kibibyte;
  return [
    { contender: 'heap', figures: [growth('heapUsed')] },
    { contender: 'the whole process', figures: [growth('rss')] },
  ];
}

function* numbers(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number;
}

/** Memory in use after a collection. */
function usage(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)(); // what the flag gives
  return process.memoryUsage();
}
