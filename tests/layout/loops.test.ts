import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
// Threads find components by modules of the build.
import * as built from '../../dist/layout/index.js';
import {
  Collector,
  component,
  done,
  emitAll,
  Emitter,
  FromArray,
  Router,
  skip,
  type ComponentRef,
  type Concluding,
  type EdgeOptions,
  type RunningLayout,
} from '../../src/layout/index.js';
import { deferred, until, within } from '../support/waiting.js';
import { Again, Firsts, News } from './nodes/loops.js';
import { Add, Count, Counter, Keep, Made, Through, type CountView } from './parts.js';

const queue = { policy: 'queue' } as const;

/** A value that goes round. */
interface Going {
  readonly value: number;
  readonly round: number;
}

/** What comes in, and what comes back; one of them is new, or both. */
@component({ merge: true })
class Entry extends Router<[Going, Going], Going> {
  #seen: readonly unknown[] = [];

  async compute(...given: [Going, Going, undefined?]) {
    await turn();
    const news = given.filter((going) => going !== undefined && !this.#seen.includes(going));
    this.#seen = given;
    return emitAll(news);
  }
}

/** Has something to say when nothing comes any more. */
@component({ merge: true })
class Ends extends Entry implements Concluding<Going> {
  end(): Going {
    return { value: 100, round: 1 };
  }
}

/** Keeps what it gets. */
@component()
class Tell extends Collector<[Going]> {
  constructor(private readonly rounds: Going[]) {
    super();
  }

  compute(going: Going): void {
    this.rounds.push(going);
  }
}

/** {@link Tell} of the build. Undecorated: for the thread of the test. */
class BuiltTell extends built.Collector {
  constructor(private readonly rounds: Going[]) {
    super();
  }

  compute(given: unknown): void {
    this.rounds.push(given as Going); // of the classes that are connected
  }
}

/** The first of its two parents. */
@component()
class First extends Router<[typeof Count, typeof Count], typeof Count> {
  static readonly output = Count;

  compute({ n }: CountView, _: CountView, out: CountView): void {
    out.n = n;
  }
}

/** Sends values on another round until they were round so often. */
@component()
class Back extends Router<[Going], Going> {
  constructor(
    private readonly rounds: number,
    private readonly gate: Promise<unknown> = Promise.resolve(),
  ) {
    super();
  }

  async compute({ value, round }: Going) {
    await turn();
    await this.gate;
    return round >= this.rounds ? skip : { value, round: round + 1 };
  }
}

/** Waits for its signal, then ends. */
@component()
class Idle extends Emitter<Going> {
  async compute(): Promise<typeof done> {
    await new Promise((resolve) => {
      this.signal.addEventListener('abort', resolve);
    });
    return done;
  }
}

const first = (value: number): Going => ({ value, round: 1 });

function told(rounds: Going[]): readonly string[] {
  return rounds.map(({ value, round }) => `${value.toString()} for the ${round.toString()}`).sort();
}

function everyRound(values: number, rounds: number): readonly string[] {
  const all = Array.from({ length: values }, (_, value) =>
    Array.from({ length: rounds }, (__, round) => ({ value, round: round + 1 })),
  );
  return told(all.flat());
}

describe('a loop', () => {
  test.each<[string, EdgeOptions, EdgeOptions]>([
    ['the first of its components', {}, { initial: { n: 0 } }],
    ['another one', { initial: { n: 0 } }, {}],
  ])('that begins at %s has a round for each value of its outer parent', async (_, there, back) => {
    for (const wait of [() => undefined, turn]) {
      const seen: number[] = [];
      const running = await new Made((layout, here) => {
        const source = layout.add(here, FromArray, Count, [1, 2, 3, 4, 5, 6]);
        const sum = layout.add(here, Add);
        const through = layout.add(here, Through, async (n) => {
          await wait();
          return { n };
        });
        layout.connect(source, sum, queue);
        layout.connect(through, sum, { ...queue, ...back });
        layout.connect(sum, through, { ...queue, ...there });
        layout.connect(through, layout.add(here, Keep, seen), queue);
      }).start();
      await within(5000, running.done);
      expect(seen.slice(-6)).toEqual([1, 3, 6, 10, 15, 21]);
    }
  });

  test('ends when nothing goes round any more, though all that comes in has ended long before', async () => {
    const rounds: Going[] = [];
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Entry);
      const back = layout.add(here, Back, 6);
      layout.connect(layout.add(here, FromArray, 'any', [0, 1, 2, 3, 4, 5].map(first)), entry, queue);
      layout.connect(back, entry, queue);
      layout.connect(entry, back, queue);
      layout.connect(entry, layout.add(here, Tell, rounds), queue);
    }).start();
    await within(5000, running.done);
    expect(told(rounds)).toEqual(everyRound(6, 6));
  });

  test.each([1, 40])('ends with all of its values on threads, after %i rounds', async (count) => {
    const rounds: Going[] = [];
    class Rounds extends built.Layout {
      setup(): void {
        const [one, other, here] = [this.context(), this.context(), this.context({ inline: true })];
        const entry = this.add(one, News);
        const back = this.add(other, Again, count);
        this.connect(this.add(here, Firsts, 50), entry, queue);
        this.connect(back, entry, { policy: 'queue', capacity: 100 });
        this.connect(entry, back, { policy: 'queue', capacity: 100 });
        this.connect(entry, this.add(here, BuiltTell, rounds), queue);
      }
    }
    const running = await new Rounds().start();
    await within(20_000, running.done);
    expect(told(rounds)).toEqual(everyRound(50, count));
  });

  test('within another one ends with it', async () => {
    const rounds: Going[] = [];
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Entry);
      const inner = layout.add(here, Entry);
      const back = layout.add(here, Back, 4);
      const other = layout.add(here, Back, 3);
      layout.connect(layout.add(here, FromArray, 'any', [first(0)]), entry, queue);
      layout.connect(entry, inner, queue);
      layout.connect(inner, other, queue);
      layout.connect(other, inner, queue);
      layout.connect(inner, back, queue);
      layout.connect(back, entry, queue);
      layout.connect(inner, layout.add(here, Tell, rounds), queue);
    }).start();
    await within(5000, running.done);
    // Each round but the last goes on both ways, the inner one only up to the third.
    expect(told(rounds)).toEqual(told([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4].map((round) => ({ value: 0, round }))));
  });

  test('ends when it waits for a value that never comes back', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const add = layout.add(here, Add);
      const back = layout.add(here, Through, (n) => (n < 3 ? { n } : skip));
      layout.connect(layout.add(here, Counter, 10), add, queue);
      layout.connect(back, add, { ...queue, initial: { n: 0 } });
      layout.connect(add, back, queue);
      layout.connect(add, layout.add(here, Keep, kept), queue);
    }).start();
    await within(5000, running.done);
    expect(kept).toEqual([0, 1, 3]);
  });

  test('ends that nothing comes into, once it stands still', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const one = layout.add(here, Through, (n) => ({ n: n + 1 }));
      const other = layout.add(here, Through, (n) => (n < 5 ? { n } : skip));
      layout.connect(one, other, queue);
      layout.connect(other, one, { ...queue, initial: { n: 0 } });
      layout.connect(one, layout.add(here, Keep, kept), queue);
    }).start();
    await within(5000, running.done);
    expect(kept).toEqual([1, 2, 3, 4, 5]);
  });

  test('stays while a firing of it goes on, and while some of it is paused', async () => {
    const gate = deferred();
    const rounds: Going[] = [];
    const parts: { back?: ComponentRef; entry?: ComponentRef } = {};
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Entry);
      const back = layout.add(here, Back, 3, gate.promise);
      layout.connect(layout.add(here, FromArray, 'any', [first(0)]), entry, queue);
      layout.connect(back, entry, queue);
      layout.connect(entry, back, queue);
      layout.connect(entry, layout.add(here, Tell, rounds), queue);
      Object.assign(parts, { back, entry });
    }).start();
    const { back, entry } = parts as Required<typeof parts>;
    await until(() => rounds.length === 1);
    for (let times = 0; times < 50; times += 1) await turn(); // time to make a mistake
    await running.pause(entry);
    gate.resolve();
    await until(() => firingsOf(running, back) === 1);
    for (let times = 0; times < 50; times += 1) await turn();
    await running.resume(entry);
    await within(5000, running.done);
    expect(told(rounds)).toEqual(everyRound(1, 3));
  });

  test('that is closed while the layout runs ends as if it had been from the beginning', async () => {
    const rounds: Going[] = [];
    const gate = deferred();
    const parts: { back?: ComponentRef<Back>; entry?: ComponentRef<Entry> } = {};
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Entry);
      const back = layout.add(here, Back, 3, gate.promise);
      layout.connect(layout.add(here, FromArray, 'any', [first(0)]), entry, queue);
      layout.connect(layout.add(here, Idle), entry, queue);
      layout.connect(entry, back, queue);
      layout.connect(entry, layout.add(here, Tell, rounds), queue);
      Object.assign(parts, { back, entry });
    }).start();
    const { back, entry } = parts as Required<typeof parts>;
    await running.connect(back, entry, queue);
    gate.resolve();
    await until(() => rounds.length === 3);
    await running.remove(running.component('Idle'));
    await within(5000, running.done);
    expect(told(rounds)).toEqual(everyRound(1, 3));
  });

  test('asks for what is left where it begins, before it ends', async () => {
    const rounds: Going[] = [];
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Ends);
      const back = layout.add(here, Back, 2);
      layout.connect(layout.add(here, FromArray, 'any', [first(0)]), entry, queue);
      layout.connect(back, entry, queue);
      layout.connect(entry, back, queue);
      layout.connect(entry, layout.add(here, Tell, rounds), queue);
    }).start();
    await within(5000, running.done);
    expect(told(rounds)).toEqual(told([first(0), { value: 0, round: 2 }, { value: 100, round: 1 }]));
  });
});

/** Passes on what it gets, at once or after some turns of the event loop. */
@component()
class Pass extends Router<[Going], Going> {
  constructor(private readonly turns: number) {
    super();
  }

  compute(going: Going): Going | Promise<Going> {
    return this.turns === 0 ? going : this.#later(going);
  }

  async #later(going: Going): Promise<Going> {
    for (let turns = 0; turns < this.turns; turns += 1) await turn();
    return going;
  }
}

test('random loops give every round of every value', async () => {
  const plans = fc.record({
    values: fc.nat(8),
    rounds: fc.integer({ min: 1, max: 6 }),
    // Those on the way round, with the turns that they take, and the context of each.
    ways: fc.array(fc.record({ turns: fc.nat(3), site: fc.nat(1) }), { maxLength: 4 }),
    entryFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ values, rounds, ways, entryFirst }) => {
      const seen: Going[] = [];
      const running = await new Made((layout, here) => {
        const sites = [here, layout.context({ inline: true })];
        const addEntry = () => layout.add(here, Entry);
        const early = entryFirst ? addEntry() : undefined;
        const passes = ways.map(({ turns, site }) => layout.add(sites[site] ?? here, Pass, turns));
        const back = layout.add(here, Back, rounds);
        const entry = early ?? addEntry();
        const firsts = Array.from({ length: values }, (_, value) => first(value));
        layout.connect(layout.add(here, FromArray, 'any', firsts), entry, queue);
        let last = layout.add(here, Pass, 0);
        layout.connect(entry, last, queue);
        for (const pass of passes) {
          layout.connect(last, pass, queue);
          last = pass;
        }
        layout.connect(last, back, queue);
        layout.connect(back, entry, queue);
        layout.connect(entry, layout.add(here, Tell, seen), queue);
      }).start();
      await within(5000, running.done).finally(() => running.stop({ drain: false, timeout: 100 }));
      expect(told(seen)).toEqual(everyRound(values, rounds));
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
}, 30_000);

describe('stop()', () => {
  test.each<[string, EdgeOptions, EdgeOptions]>([
    ['at the first of its components', {}, { initial: { n: 0 } }],
    ['at another one', { initial: { n: 0 } }, {}],
  ])('lets a loop that begins %s take what waits for it', async (_, there, back) => {
    let emitted = 0;
    const kept: number[] = [];
    const gate = deferred();
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Through, (n) => ({ n: (emitted = n + 1) - 1 }));
      const pair = layout.add(here, First);
      const through = layout.add(here, Through, (n) => gate.promise.then(() => ({ n })));
      layout.connect(layout.add(here, Counter), source, queue);
      layout.connect(source, pair, queue);
      layout.connect(through, pair, { ...queue, ...back });
      layout.connect(pair, through, { ...queue, ...there });
      layout.connect(pair, layout.add(here, Keep, kept), queue);
    }).start();
    await until(() => emitted > 10);
    const stopped = running.stop();
    gate.resolve();
    await within(5000, stopped);
    expect(kept).toEqual(Array.from({ length: emitted }, (__, index) => index));
  });

  test('ends a loop in which something goes round for ever, after what has come in', async () => {
    const rounds: Going[] = [];
    const running = await new Made((layout, here) => {
      const entry = layout.add(here, Entry);
      const back = layout.add(here, Back, Infinity);
      layout.connect(layout.add(here, FromArray, 'any', [first(0)]), entry, queue);
      layout.connect(layout.add(here, Idle), entry, queue);
      layout.connect(back, entry, queue);
      layout.connect(entry, back, queue);
      layout.connect(entry, layout.add(here, Tell, rounds), queue);
    }).start();
    await until(() => rounds.length > 5);
    await within(4000, running.stop({ timeout: Infinity }));
  });
});

function firingsOf(running: RunningLayout, { name }: ComponentRef): number {
  return running.stats().components.find((each) => each.name === name)?.firings ?? 0;
}
