import { takeTurns, type Measurement } from '../streams/measurement.js';
import { built, runBetween } from './between.js';
import { ringByHand } from './ring.js';
import { Window } from './window.js';
import type * as Components from './worker/small-components.js';

const capacity = 1024;

type SourceClass = typeof Components.Count | typeof Components.AsyncCount;
type SinkClass = typeof Components.Tally | typeof Components.AsyncTally;

/** Records of 8 bytes per second from one thread to another, each of them checked. */
export async function small(rounds: number, count: number): Promise<Measurement[]> {
  // Computed, so that the bundler leaves the module alone: threads import it by its own address.
  const url = new URL('./small-components.js', import.meta.url).href;
  const { AsyncCount, AsyncTally, Count, Tally } = (await import(url)) as typeof Components;
  const stretch = { from: Math.floor(count / 5), count };
  const layout = async (Source: SourceClass, Sink: SinkClass): Promise<number> => {
    const memory = Window.allocate();
    const parts = { source: built(Source, count), sink: built(Sink, memory, stretch) };
    await runBetween(parts, { policy: 'queue', capacity });
    return new Window(memory, stretch).perSecond;
  };
  return await takeTurns(
    {
      'ring by hand': async () => (await ringByHand({ kind: 'small', slots: capacity }, stretch)).perSecond,
      lazydag: () => layout(Count, Tally),
      'lazydag, bodies that give promises': () => layout(AsyncCount, AsyncTally),
    },
    rounds,
  );
}
