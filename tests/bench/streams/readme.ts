import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { loadStreams } from './library.js';
import { takeTurns, type Measurement } from './measurement.js';

const items = 100_000;

/** Microseconds for an item of a source with two outputs, a multiplier and a sink. */
export async function readme(rounds: number): Promise<Measurement[]> {
  const { node } = await loadLibrary();
  const { pipeline, source } = await loadStreams();
  const sunk = { last: 0 };
  const multiply = node((a: number, b: number) => a * b, { name: 'multiply' });
  const sink = node(
    (value: number) => {
      sunk.last = value;
      return value;
    },
    { name: 'sink' },
  );
  const numbers = source(
    function* numbers() {
      for (let count = 0; ; count++) yield [count, count % 2 === 0 ? 1 : -1] as [number, number];
    },
    { outputs: 2 },
  );
  const dummy = pipeline(
    () => {
      const [a, b] = numbers();
      return sink(multiply(a, b));
    },
    { name: 'dummy' },
  );
  const outer = pipeline((pair: Future<[number, number]>) => sink(multiply(pair.at(0), pair.at(1))), { name: 'outer' });
  const expected = -(items - 1);
  const timed = async (run: () => Promise<void>): Promise<number> => {
    sunk.last = 0;
    const started = performance.now();
    await run();
    const took = performance.now() - started;
    if (sunk.last !== expected) throw new Error(`wrong last value ${sunk.last}, expected ${expected}`);
    return (took * 1_000) / items;
  };
  return takeTurns(
    {
      'for await over an async generator': () => timed(() => byHand(sunk)),
      lazydag: () =>
        timed(async () => {
          let count = 0;
          for await (const _ of dummy.run()) if (++count === items) break;
        }),
      'lazydag, over the same generator': () =>
        timed(async () => {
          let count = 0;
          for await (const _ of outer.run(pairs())) if (++count === items) break;
        }),
      'lazydag, pull()': () =>
        timed(async () => {
          await using running = dummy.run();
          for (let count = 0; count < items; count++) await running.pull();
        }),
    },
    rounds,
  );
}

async function* pairs(): AsyncGenerator<[number, number]> {
  for (let count = 0; ; count++) yield [count, count % 2 === 0 ? 1 : -1];
}

async function byHand(sunk: { last: number }): Promise<void> {
  const multiply = (a: number, b: number): number => a * b;
  const sink = (value: number): void => {
    sunk.last = value;
  };
  let count = 0;
  for await (const [a, b] of pairs()) {
    sink(multiply(a, b));
    if (++count === items) break;
  }
}
