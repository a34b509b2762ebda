import { takeTurns, type Measurement } from '../streams/measurement.js';
import { built, runBetween } from './between.js';
import { numbers } from './large-record.js';
import { ringByHand } from './ring.js';
import { Window } from './window.js';
import type * as Components from './worker/large-components.js';

/** Of the ring by hand. A queue has two besides its capacity: one is being filled, one is being read. */
const slots = 4;
const gibibytes = (numbers * Float64Array.BYTES_PER_ELEMENT) / 2 ** 30;

/** GiB per second of records of 8 MiB, which one thread fills and another sums. */
export async function large(rounds: number, count: number): Promise<Measurement[]> {
  // Computed, so that the bundler leaves the module alone: threads import it by its own address.
  const url = new URL('./large-components.js', import.meta.url).href;
  const { Fill, Sum } = (await import(url)) as typeof Components;
  const stretch = { from: Math.floor(count / 5), count };
  return await takeTurns(
    {
      'ring by hand': async () => (await ringByHand({ kind: 'large', slots }, stretch)).perSecond * gibibytes,
      lazydag: async () => {
        const memory = Window.allocate();
        const parts = { source: built(Fill, count), sink: built(Sum, memory, stretch) };
        await runBetween(parts, { policy: 'queue', capacity: slots - 2 });
        return new Window(memory, stretch).perSecond * gibibytes;
      },
    },
    rounds,
  );
}
