import { setTimeout as sleep } from 'node:timers/promises';
import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { loadStreams } from './library.js';
import { takeTurns, type Measurement } from './measurement.js';

const items = 40;
const stageTime = 40;
const sinkTime = 20;

/** Items per second through a stage of 40 ms with two replicas and an ordered sink of 20 ms; and milliseconds to leave it. */
export async function stages(rounds: number): Promise<Measurement[]> {
  const { node } = await loadLibrary();
  const { pipeline, stateful } = await loadStreams();
  const stage = node(
    async (value: number) => {
      await sleep(stageTime);
      return value;
    },
    { name: 'stage', replicas: 2 },
  );
  const sink = stateful(async function* sink() {
    let last = -1;
    for (;;) {
      const value: number = yield last;
      if (value !== last + 1) throw new Error(`got ${value} after ${last}`);
      await sleep(sinkTime);
      last = value;
    }
  });
  const numbers = Array.from({ length: items }, (_, index) => index);
  const scaled = pipeline((value: Future<number>) => sink()(stage(value)), { name: 'scaled' });
  return takeTurns(
    {
      'by hand': () => rate(byHand),
      lazydag: () =>
        rate(async () => {
          let count = 0;
          for await (const _ of scaled.run(numbers)) count++;
          if (count !== items) throw new Error(`${count} results`);
        }),
      'lazydag, ms to leave': async () => {
        const running = scaled.run(numbers);
        for (let count = 0; count < 5; count++) await running.pull();
        const started = performance.now();
        await running.close();
        return performance.now() - started;
      },
    },
    rounds,
  );
}

async function rate(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (items * 1_000) / (performance.now() - started);
}

/** Two of the stage are always under way, and the sink takes them in turn. */
async function byHand(): Promise<void> {
  const stage = async (value: number): Promise<number> => {
    await sleep(stageTime);
    return value;
  };
  const lanes = [stage(0), stage(1)];
  for (let next = 0; next < items; next++) {
    const value = await lanes[next % 2];
    if (value !== next) throw new Error('order');
    if (next + 2 < items) lanes[next % 2] = stage(next + 2);
    await sleep(sinkTime);
  }
}
