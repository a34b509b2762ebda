import { loadStreams } from './library.js';
import { takeTurns, type Measurement } from './measurement.js';

const parts = 10;
const chunks = 200_000;

/** Nanoseconds for a chunk through ten trivial transforms. */
export async function composed(rounds: number): Promise<Measurement[]> {
  const { compose, stateful } = await loadStreams();
  const adder = stateful(
    { init: (step: number) => ({ step }), step: ({ step }, chunk: number) => chunk + step },
    { name: 'adder' },
  );
  const generated = stateful(function* generated(step: number): Generator<number, void, number> {
    let sum = 0;
    for (;;) sum = (yield sum) + step;
  });
  const steps = Array.from({ length: parts }, (_, index) => index);
  const plain =
    (step: number) =>
    (chunk: number): number =>
      chunk + step;
  const [a, b, c, d, e, f, g, h, i, j] = steps.map(plain) as [
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
    Plain,
  ];
  const byHand = (x: number): number => j(i(h(g(f(e(d(c(b(a(x))))))))));
  const functions = steps.map(plain);
  const reduced = (x: number): number => functions.reduce((value, fn) => fn(value), x);
  const generators = steps.map((step) => {
    const generator = generatorOf(step);
    generator.next();
    return generator;
  });
  const byNext = (x: number): number =>
    generators.reduce((value, generator) => generator.next(value).value as number, x);
  // So many parts of one type have no overload of their own.
  const composedOf = compose as unknown as (...parts: readonly unknown[]) => Plain;
  const ofSteps = composedOf(...steps.map((step) => adder(step)));
  const ofGenerators = composedOf(...steps.map((step) => generated(step)));
  const timed = (run: Plain) => (): number => {
    const started = performance.now();
    let sum = 0;
    for (let chunk = 0; chunk < chunks; chunk++) sum += run(chunk);
    const took = performance.now() - started;
    if (sum !== (chunks * (chunks - 1)) / 2 + chunks * 45) throw new Error(`wrong sum ${sum}`);
    return (took * 1e6) / chunks;
  };
  return takeTurns(
    {
      'functions by hand': timed(byHand),
      'functions by reduce': timed(reduced),
      'compose of steps': timed(ofSteps),
      'generators by hand': timed(byNext),
      'compose of generators': timed(ofGenerators),
    },
    rounds,
  );
}

type Plain = (chunk: number) => number;
function* generatorOf(step: number): Generator<number, void, number> {
  let sum = 0;
  for (;;) sum = (yield sum) + step;
}
