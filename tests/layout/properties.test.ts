import { expect, test } from '@jest/globals';
import fc from 'fast-check';
// Threads find components by modules of the build, which have to be those of the tests, too.
import * as built from '../../dist/layout/index.js';
import * as source from '../../src/layout/index.js';
import { within } from '../support/waiting.js';
import { Counter, Sum } from './nodes/parts.js';
import * as parts from './parts.js';

/** A component of a random layout. Parents are components before it. */
interface Plan {
  readonly site: number;
  /** Of those without parents: how many values they emit. */
  readonly count: number;
  readonly parents: readonly { readonly which: number; readonly capacity: number; readonly initial: boolean }[];
}

const plans = fc.array(
  fc.record({
    site: fc.nat(2),
    count: fc.nat(12),
    parents: fc.array(fc.record({ which: fc.nat(), capacity: fc.integer({ min: 1, max: 5 }), initial: fc.boolean() }), {
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 8 },
);

const FIRST = 1000;

/**
 * Values that an initial one puts behind those of other ways have to wait somewhere: with less room, the emitter that
 * feeds both ways would wait for ever.
 */
const BEHIND = 8;

/** What each component emits, computed directly. */
function expected(plan: readonly Plan[]): number[][] {
  const values: number[][] = [];
  for (const [at, { count, parents }] of plan.entries()) {
    if (at === 0 || parents.length === 0) {
      values.push(Array.from({ length: count }, (_, index) => index));
      continue;
    }
    const given = parents.map(({ which, initial }) => [...(initial ? [FIRST] : []), ...(values[which % at] ?? [])]);
    const length = Math.min(...given.map((each) => each.length));
    values.push(Array.from({ length }, (_, index) => given.reduce((sum, each) => sum + (each[index] ?? 0), 0)));
  }
  return values;
}

/** The classes of one of the two copies of the library. */
interface Copy {
  readonly Layout: typeof source.Layout;
  readonly counter: new (end: number) => source.Emitter;
  readonly sum: new () => source.Router;
  readonly keep: new (kept: number[]) => source.Collector;
  readonly threads: boolean;
}

async function run(plan: readonly Plan[], { Layout, counter, sum, keep, threads }: Copy): Promise<number[][]> {
  const kept: number[][] = plan.map(() => []);
  const delays = plan.some(({ parents }) => parents.some(({ initial }) => initial));
  class Random extends Layout {
    setup(): void {
      const here = this.context({ inline: true });
      const sites = [here, this.context({ inline: !threads }), this.context({ inline: !threads })];
      const refs: source.ComponentRef[] = [];
      for (const [at, { site, count, parents }] of plan.entries()) {
        const context = sites[site] ?? here;
        const isSource = at === 0 || parents.length === 0;
        const ref = isSource ? this.add(context, counter, count) : this.add(context, sum);
        refs.push(ref);
        for (const { which, capacity, initial } of isSource ? [] : parents) {
          const from = refs[which % at] as source.ComponentRef; // there are as many
          this.connect(from, ref, {
            policy: 'queue',
            capacity: capacity + (delays ? BEHIND : 0),
            ...(initial ? { initial: { n: FIRST } } : {}),
          });
        }
        this.connect(ref, this.add(here, keep, kept[at] ?? []), { policy: 'queue', capacity: 3 });
      }
    }
  }
  const running = await new Random().start();
  await within(5000, running.done).finally(() => running.stop({ drain: false, timeout: 100 }));
  return kept;
}

@source.component()
class InlineSum extends source.Router<readonly parts.CountView[], typeof parts.Count> {
  static readonly output = parts.Count;

  compute(...given: unknown[]): void {
    const out = given.pop() as parts.CountView; // what is filled comes last
    out.n = (given as parts.CountView[]).reduce((sum, { n }) => sum + n, 0); // the others are of that kind, too
  }
}

/** {@link parts.Keep} of the build. Undecorated: for the thread of the test. */
class BuiltKeep extends built.Collector {
  constructor(private readonly kept: number[]) {
    super();
  }

  compute(given: unknown): void {
    this.kept.push((given as parts.CountView).n);
  }
}

test('random layouts compute what a direct evaluation does, on the thread of the caller', async () => {
  const copy = { Layout: source.Layout, counter: parts.Counter, sum: InlineSum, keep: parts.Keep, threads: false };
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      expect(await run(plan, copy as unknown as Copy)).toEqual(expected(plan)); // classes of one copy go together
    }),
    { numRuns: 60, interruptAfterTimeLimit: 30_000 },
  );
}, 60_000);

test('random layouts compute what a direct evaluation does, on threads', async () => {
  const copy = { Layout: built.Layout, counter: Counter, sum: Sum, keep: BuiltKeep, threads: true };
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      expect(await run(plan, copy as unknown as Copy)).toEqual(expected(plan)); // classes of one copy go together
    }),
    { numRuns: 8, interruptAfterTimeLimit: 30_000 },
  );
}, 60_000);
