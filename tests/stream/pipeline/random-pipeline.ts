import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { feedback, stateful } from '../../../src/stream/index.js';

/** What one step of a random pipeline is; its inputs are among the values before it. */
export interface RandomStep {
  readonly kind: 'sync' | 'async' | 'transform' | 'asyncTransform' | 'feedback' | 'delay';
  readonly replicas: number;
  readonly from: readonly [number, number];
}

export const randomSteps = fc.array(
  fc.record<RandomStep>({
    kind: fc.constantFrom('sync', 'async', 'transform', 'asyncTransform', 'feedback', 'delay'),
    replicas: fc.integer({ min: 1, max: 4 }),
    from: fc.tuple(fc.nat(), fc.nat()),
  }),
  { minLength: 1, maxLength: 8 },
);

function mix(a: number, b: number): number {
  return (3 * a + 5 * b + 1) % 9973;
}

/** Takes a time that looks random, and is another for each value. */
async function delay(seed: number): Promise<void> {
  const kind = (seed * 31 + 7) % 6;
  if (kind < 2) await wait(kind);
  else if (kind < 4) await new Promise((resume) => setImmediate(resume));
}

interface Sum {
  sum: number;
}

const mixed = node(mix, { name: 'mixed' });
const mixedLater = node(
  async (a: number, b: number) => {
    await delay(a + b);
    return mix(a, b);
  },
  { name: 'mixedLater' },
);
const sums = stateful<[], Sum, readonly number[], number>(
  {
    init: () => ({ sum: 0 }),
    step: (state, [a = 0, b = 0]) => (state.sum = mix(state.sum, mix(a, b))),
  },
  { name: 'sums' },
);
const sumsLater = stateful<[], Sum, readonly number[], Promise<number>>(
  {
    init: () => ({ sum: 0 }),
    step: async (state, [a = 0, b = 0]) => {
      const before = state.sum;
      await delay(a + b);
      return (state.sum = mix(before, mix(a, b)));
    },
  },
  { name: 'sumsLater' },
);

/** The calls of a random pipeline; the result has the values of all steps. */
export function tracedSteps(steps: readonly RandomStep[], input: Future<number>): Future<number>[] {
  const values: Future<number>[] = [input];
  for (const { kind, replicas, from } of steps) {
    const [a, b] = from.map((at) => values[at % values.length] ?? input) as [Future<number>, Future<number>]; // two
    const last = feedback(1);
    switch (kind) {
      case 'sync':
        values.push(mixed(a, b));
        break;
      case 'async':
        values.push(mixedLater.with({ replicas })(a, b));
        break;
      case 'transform':
        values.push(sums()(a, b));
        break;
      case 'asyncTransform':
        values.push(sumsLater()(a, b));
        break;
      case 'feedback':
        values.push(last.from((replicas > 2 ? mixedLater : mixed)(a, last)));
        break;
      case 'delay':
        last.from(a);
        values.push(mixed(b, last));
    }
  }
  return values;
}

/** What the pipeline must give, computed item by item. */
export function evaluated(steps: readonly RandomStep[], items: readonly number[]): number[][] {
  const states = steps.map<number>(({ kind }) => (kind === 'feedback' || kind === 'delay' ? 1 : 0));
  return items.map((item) => {
    const values = [item];
    steps.forEach(({ kind, from }, index) => {
      const [a, b] = from.map((at) => values[at % values.length] ?? 0) as [number, number]; // two
      const state = states[index] ?? 0;
      switch (kind) {
        case 'sync':
        case 'async':
          values.push(mix(a, b));
          break;
        case 'transform':
        case 'asyncTransform':
          values.push((states[index] = mix(state, mix(a, b))));
          break;
        case 'feedback':
          values.push((states[index] = mix(a, state)));
          break;
        case 'delay':
          values.push(mix(b, state));
          states[index] = a;
      }
    });
    return values;
  });
}
