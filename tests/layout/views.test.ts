import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  component,
  done,
  Emitter,
  emitAll,
  Router,
  struct,
  type ComponentRef,
  type RunningLayout,
  type StructView,
} from '../../src/layout/index.js';
import { deferred, until } from '../support/waiting.js';
import { Call, Made } from './parts.js';

const Row = struct({ n: 'i32', row: ['i32', 3] });
type RowView = StructView<typeof Row>;

/** Emits 0, 1, 2 and so on, again and again in each record. */
@component()
class Rows extends Emitter<typeof Row> {
  static readonly output = Row;
  #next = 0;

  async compute(out: RowView): Promise<undefined> {
    await turn();
    out.n = this.#next;
    out.row.fill(this.#next);
    this.#next += 1;
    return undefined;
  }
}

/** Emits what a function of the test makes of a record, as records. */
@component()
class Records extends Router<[typeof Row], typeof Row> {
  static readonly output = Row;

  constructor(private readonly make: (given: RowView, out: RowView) => unknown) {
    super();
  }

  compute(given: RowView, out: RowView): undefined {
    return this.make(given, out) as undefined; // whatever a body may return
  }
}

/** Emits what a function of the test makes of a record, as values. */
@component()
class Parts extends Router<[typeof Row]> {
  constructor(private readonly make: (given: RowView) => unknown) {
    super();
  }

  compute(given: RowView): unknown {
    return this.make(given);
  }
}

interface Line {
  readonly running: RunningLayout;
  readonly source: ComponentRef;
  readonly middle: ComponentRef;
  readonly got: unknown[];
}

/** A source, what a test puts in the middle, and a sink with room for one value, which waits for what a test says. */
async function line(
  type: typeof Records | typeof Parts,
  { make, gate }: { make: (given: RowView, out: RowView) => unknown; gate?: Promise<void> },
): Promise<Line> {
  const parts: Partial<Record<'source' | 'middle', ComponentRef>> = {};
  const got: unknown[] = [];
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Rows);
    const fromOne = make as (given: RowView) => unknown; // what fills nothing is given nothing
    const middle: ComponentRef = type === Parts ? layout.add(here, Parts, fromOne) : layout.add(here, Records, make);
    const sink = layout.add(here, Call, async (value) => {
      await gate;
      const { n, row } = value as RowView;
      got.push([n, ...row]);
    });
    layout.connect(source, middle);
    layout.connect(middle, sink, { policy: 'queue', capacity: 1 });
    layout.connect(
      source,
      layout.add(here, Call, (_) => undefined),
      { policy: 'queue' },
    );
    Object.assign(parts, { source, middle });
  }).start();
  return { running, got, ...(parts as Pick<Line, 'source' | 'middle'>) };
}

/** So many firings that the slot of any value was filled again. */
async function goRound(running: RunningLayout): Promise<void> {
  const fired = (): number => running.stats().components.find(({ name }) => name === 'Rows')?.firings ?? 0;
  const before = fired();
  await until(() => fired() > before + 20);
}

describe('a value that waits for room', () => {
  test.each<[string, typeof Records | typeof Parts, (given: RowView) => unknown]>([
    ['a record', Records, (given) => emitAll([given, given, given])],
    ['fields of a record', Records, (given) => emitAll([given, given, { n: given.n, row: given.row }])],
    ['arrays of a record', Parts, (given) => emitAll([given, given, { n: given.n, row: given.row }])],
  ])('stays what it is when its input is disconnected: %s', async (_, type, make) => {
    const gate = deferred();
    const { running, source, middle, got } = await line(type, { make, gate: gate.promise });
    // One is held, one is in the queue, and one waits.
    await until(() => running.stats().edges[1]?.depth === 1);
    await running.disconnect(source, middle);
    await goRound(running);
    gate.resolve();
    await until(() => got.length === 3);
    await running.stop();
    expect(got[0]).toEqual(Array.from({ length: 4 }, () => (got[0] as number[])[0]));
    expect(got.slice(1)).toEqual([got[0], got[0]]);
  });

  test('goes out when the layout drains, though its component has lost its input', async () => {
    const gate = deferred();
    const make = (given: RowView): unknown => emitAll([given, given, given, given]);
    const { running, source, middle, got } = await line(Records, { make, gate: gate.promise });
    await until(() => running.stats().edges[1]?.depth === 1);
    await running.disconnect(source, middle);
    const stopped = running.stop();
    gate.resolve();
    await stopped;
    expect(got).toHaveLength(4);
  });

  test('is told of at its turn when it cannot be emitted', async () => {
    const gate = deferred();
    const make = (given: RowView): unknown => emitAll([given, given, 'none']);
    const { running, source, middle, got } = await line(Records, { make, gate: gate.promise });
    await until(() => running.stats().edges[1]?.depth === 1);
    await running.disconnect(source, middle);
    gate.resolve();
    await expect(running.done).rejects.toThrow('must return nothing, or an object with fields of its output (n, row)');
    expect(got).toHaveLength(2);
  });

  test('is not written over by the one before it where it lies in what the body has filled', async () => {
    const fill = (given: RowView, out: RowView): unknown => {
      out.n = 7;
      out.row.fill(7);
      return emitAll([given, { n: 8, row: out.row }, out]);
    };
    const { running, got } = await line(Records, { make: fill });
    await until(() => got.length >= 3);
    await running.stop();
    expect(got.slice(1, 3)).toEqual([
      [8, 7, 7, 7],
      [7, 7, 7, 7],
    ]);
  });
});

test('an input is let go of between two firings, however soon the next one follows', async () => {
  const gates = [deferred(), deferred()];
  const seen: (readonly number[])[] = [];
  let firings = 0;
  const parts: { source?: ComponentRef; call?: ComponentRef } = {};
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Rows);
    const call = layout.add(here, Call, async (value) => {
      const { row } = value as RowView;
      await gates[firings++]?.promise;
      seen.push([...row]);
      return firings === 2 ? done : undefined;
    });
    layout.connect(source, call, { policy: 'queue' });
    layout.connect(
      source,
      layout.add(here, Call, (_) => undefined),
    );
    Object.assign(parts, { source, call });
  }).start();
  const { source, call } = parts as Required<typeof parts>;
  await until(() => firings === 1 && (running.stats().edges[0]?.depth ?? 0) > 3);
  const disconnected = running.disconnect(source, call);
  await turn();
  gates[0]?.resolve();
  await disconnected;
  expect(firings).toBe(1); // the next one would have held what was let go of
  await running.stop();
  expect(seen).toEqual([[0, 0, 0]]);
});
