import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { registerCodec } from '../../src/index.js';
import {
  Collector,
  component,
  Constant,
  done,
  emitAll,
  parameters,
  Router,
  type ComponentRef,
  type Context,
  type Layout,
  type RunningLayout,
  type StructView,
} from '../../src/layout/index.js';
import { deferred, until, within } from '../support/waiting.js';
import { Add, Call, Count, Counter, Gain, Gains, Keep, Made, Through, Values, type CountView } from './parts.js';

/** Sets a gain of three and more. */
@component()
class Tuner extends Router<[typeof Count], typeof Gains.struct> {
  static readonly output = Gains.struct;

  constructor(
    private readonly tuned: number[],
    private readonly gain = 3,
  ) {
    super();
  }

  compute({ n }: CountView, out: StructView<typeof Gains.struct>): void {
    this.tuned.push(n);
    out.gain = this.gain;
    out.offsets.fill(0);
  }
}

@component()
class Broken extends Keep {
  constructor() {
    super([]);
    throw new TypeError('broken.');
  }
}

/** Does what a test says when it is made, starts and stops. */
@component()
class Opened extends Collector {
  constructor(private readonly on: { make?: () => unknown; start?: () => unknown; stop?: () => unknown }) {
    super();
    on.make?.();
  }

  async start(): Promise<void> {
    await this.on.start?.();
  }

  compute(_: unknown): void {
    // is given nothing
  }

  stop(): void {
    this.on.stop?.();
  }
}

/** Waits for its signal. */
@component()
class Patient extends Router<[typeof Count], typeof Count> {
  static readonly output = Count;

  constructor(private readonly how: 'rejects' | 'returns' | 'ends') {
    super();
  }

  async compute(_: CountView, out: CountView): Promise<typeof done | undefined> {
    await new Promise((resolve) => {
      this.signal.addEventListener('abort', resolve);
    });
    if (this.how === 'rejects') this.signal.throwIfAborted();
    out.n = -1;
    return this.how === 'ends' ? done : undefined;
  }
}

/** A counter that runs, and what else a test has put beside it. */
async function counting(
  make: (parts: { source: ComponentRef; here: Context; layout: Layout }) => unknown = () => undefined,
) {
  const parts: { source?: ComponentRef; here?: Context } = {};
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Counter);
    layout.connect(source, layout.add(here, Keep, []));
    Object.assign(parts, { source, here });
    make({ source, here, layout });
  }).start();
  return { running, source: parts.source as ComponentRef, here: parts.here as Context };
}

const stateOf = (running: RunningLayout, wanted: string): string | undefined =>
  running.stats().components.find(({ name }) => name === wanted)?.state;

describe('a layout that runs', () => {
  test('takes a component, which waits until everything is connected', async () => {
    const { running, source, here } = await counting();
    const kept: number[] = [];
    const add = await running.add(here, Add);
    const keep = await running.add(here, Keep, kept);
    expect(stateOf(running, 'Add')).toBe('waiting');
    await running.connect(source, add, { policy: 'queue' });
    await running.connect(add, keep, { policy: 'queue' });
    expect(stateOf(running, 'Add')).toBe('waiting');
    await running.connect(source, add, { policy: 'queue' });
    expect(stateOf(running, 'Add')).toBe('running');
    await until(() => kept.length > 10);
    await running.stop();
    const differences = kept.slice(1).map((sum, index) => sum - (kept[index] ?? 0));
    expect(new Set(differences)).toEqual(new Set([2]));
  });

  test('takes several at once, or nothing when one fails', async () => {
    const { running, source } = await counting();
    const kept: number[] = [];
    const fresh = running.context({ inline: true, name: 'fresh' });
    const through = await running.change((wiring) => {
      const made = wiring.add(fresh, Through, (n: number) => ({ n }));
      wiring.connect(source, made, { policy: 'queue' });
      wiring.connect(made, wiring.add(fresh, Keep, kept), { policy: 'queue' });
      return made;
    });
    await until(() => kept.length > 3);
    const before = running.stats();
    const failed = running.change((wiring) => {
      const other = wiring.add(fresh, Through, String);
      wiring.connect(through, other);
      wiring.connect(other, wiring.add(fresh, Keep, []));
      wiring.connect(source, wiring.add(fresh, Keep, []), { initial: { m: 1 } });
    });
    await expect(failed).rejects.toThrow('DAG_OPTION');
    expect(running.stats().components.map(({ name }) => name)).toEqual(before.components.map(({ name }) => name));
    expect(running.stats().edges).toHaveLength(before.edges.length);
    const seen = kept.length;
    await until(() => kept.length > seen + 3);
    await running.stop();
    expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
  });

  test('is as it was when a constructor of a change fails', async () => {
    const { running, source } = await counting();
    const fresh = running.context({ inline: true, name: 'fresh' });
    const change = running.change((wiring) => {
      wiring.connect(source, wiring.add(fresh, Broken));
    });
    await expect(change).rejects.toThrow('DAG_COMPONENT_FAILED: Broken in fresh: its constructor: broken.');
    expect(running.stats().components.map(({ name }) => name)).toEqual(['Counter', 'Keep']);
    expect(running.stats().edges).toHaveLength(1);
    const keep = await running.add(fresh, Keep, []);
    await running.connect(source, keep);
    await until(() => (running.stats().edges[1]?.values ?? 0) > 2);
    await running.stop();
  });

  test('refuses names that are taken, and what is none of its parts', async () => {
    const { running, here } = await counting();
    const change = running.change((wiring) => wiring.add(here, Counter, 1).with({ name: 'Keep' }));
    await expect(change).rejects.toThrow('DAG_LAYOUT: Two components have the name `Keep`');
    const context = running.change((wiring) => wiring.add(wiring.context({ inline: true, name: 'here' }), Counter, 1));
    await expect(context).rejects.toThrow('DAG_LAYOUT: Two contexts have the name `here`');
    await expect(running.pause('Keep' as never)).rejects.toThrow('DAG_LAYOUT: pause(): "Keep" is not part');
    await expect(running.remove(undefined as never)).rejects.toThrow('DAG_LAYOUT: remove(): undefined is not part');
    await running.stop();
  });

  test('refuses options of a component that was built, and what is no change', async () => {
    const { running, source } = await counting();
    expect(() => source.with({ name: 'Other', onError: 'skip' })).toThrow(
      'DAG_LAYOUT: Counter.with() expects a component that was not built yet',
    );
    expect(running.component('Counter')).toBe(source);
    await expect(running.change(undefined as never)).rejects.toThrow('DAG_OPTION: change() expects a function');
    await running.stop();
  });

  test('gives readers that come later what is emitted from then on, in order', async () => {
    const { running, source, here } = await counting();
    const all: number[][] = [];
    for (let reader = 0; reader < 5; reader += 1) {
      const kept: number[] = [];
      all.push(kept);
      const keep = await running.add(here, Keep, kept);
      await running.connect(source, keep, { policy: 'queue', capacity: 3 });
      await until(() => kept.length > 3);
    }
    await running.stop();
    for (const kept of all) expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
    expect(new Set(all.map((kept) => kept.at(-1))).size).toBe(1);
  });

  test('lets a component go, with its connections, after its firing', async () => {
    const gate = deferred();
    let fired = 0;
    const { running, source, here } = await counting();
    const call = await running.add(here, Call, () => {
      fired += 1;
      return gate.promise;
    });
    await running.connect(source, call, { policy: 'queue', capacity: 1 });
    await until(() => fired === 1);
    const removed = running.remove(call);
    gate.resolve();
    await removed;
    expect(running.stats().components.map(({ name }) => name)).toEqual(['Counter', 'Keep']);
    const { firings } = running.stats().components[0] ?? { firings: 0 };
    await until(() => (running.stats().components[0]?.firings ?? 0) > firings + 5);
    await expect(running.remove(call)).rejects.toThrow('DAG_LAYOUT: remove(): Call is not part of this layout');
    await running.stop();
    expect(fired).toBe(1);
  });

  test.each(['rejects', 'returns', 'ends'] as const)(
    'lets a component go that waits for its signal, then %s',
    async (how) => {
      const kept: number[] = [];
      const { running, source, here } = await counting();
      const waits = await running.add(here, Patient, how);
      const keep = await running.add(here, Keep, kept);
      await running.connect(waits, keep, { policy: 'queue' });
      await running.connect(source, waits, { policy: 'queue', capacity: 1 });
      await until(() => (running.stats().edges.find(({ to }) => to === 'Patient')?.depth ?? 0) === 1);
      await within(5000, running.remove(waits));
      // Who has lost its parent does not end with it.
      expect(stateOf(running, 'Keep 2')).toBe('waiting');
      await running.connect(source, keep);
      await until(() => kept.length > 3);
      await running.stop();
    },
  );

  test('lets what a removed component fed wait for another', async () => {
    const kept: number[] = [];
    const { running, source, here } = await counting();
    const keep = await running.add(here, Keep, kept);
    const through = await running.add(here, Through, (n: number) => ({ n: -n }));
    await running.connect(source, through);
    await running.connect(through, keep);
    await until(() => kept.length > 2);
    await running.remove(through);
    expect(stateOf(running, 'Keep 2')).toBe('waiting');
    await running.connect(source, keep);
    await until(() => (kept.at(-1) ?? 0) > 0);
    await running.stop();
  });

  test('disconnects, and knows what is not connected', async () => {
    const { running, source, here } = await counting();
    const kept: number[] = [];
    const keep = await running.add(here, Keep, kept);
    await expect(running.disconnect(source, keep)).rejects.toThrow(
      'DAG_LAYOUT: disconnect(): Counter and Keep 2 are not',
    );
    await running.connect(source, keep);
    await until(() => kept.length > 0);
    await running.disconnect(source, keep);
    expect(stateOf(running, 'Keep 2')).toBe('waiting');
    expect(running.stats().edges).toHaveLength(1);
    await running.stop();
  });

  test('pauses and resumes components, of which a queue loses nothing', async () => {
    const { running, source, here } = await counting();
    const kept: number[] = [];
    const keep = await running.add(here, Keep, kept);
    await running.connect(source, keep, { policy: 'queue', capacity: 4 });
    await until(() => kept.length > 3);
    await running.pause(keep);
    const held = kept.length;
    await until(() => running.stats().edges[1]?.depth === 4);
    expect(kept).toHaveLength(held);
    expect(stateOf(running, 'Keep 2')).toBe('paused');
    await running.resume(keep);
    await until(() => kept.length > held + 10);
    await running.stop();
    expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
  });

  test('refuses changes after its end', async () => {
    const { running, source, here } = await counting();
    await running.stop();
    await expect(running.add(here, Counter, 1)).rejects.toThrow('DAG_LAYOUT_OVER');
    await expect(running.set(source, {})).rejects.toThrow('DAG_LAYOUT_OVER');
    await expect(running.pause(source)).rejects.toThrow('DAG_LAYOUT_OVER');
  });

  test('ends when all that is left has ended', async () => {
    const { running, source } = await counting();
    await running.remove(source);
    await running.stop();
    await running.done;
  });
});

describe('parameters', () => {
  async function withGain(): Promise<{ running: RunningLayout; gain: ComponentRef; kept: number[] }> {
    const kept: number[] = [];
    const parts: { gain?: ComponentRef } = {};
    const { running } = await counting(({ source, here, layout }) => {
      const through = layout.add(here, Through, () => ({ n: 1 }));
      const gain = layout.add(here, Gain);
      layout.connect(source, through, { policy: 'queue' });
      layout.connect(through, gain, { policy: 'queue' });
      layout.connect(gain, layout.add(here, Keep, kept), { policy: 'queue' });
      parts.gain = gain;
    });
    return { running, gain: parts.gain as ComponentRef, kept };
  }

  test('have initial values, and are set between firings', async () => {
    const { running, gain, kept } = await withGain();
    await until(() => kept.length > 0);
    expect(kept[0]).toBe(1);
    await running.set(gain, { gain: 3, offsets: [0, 4] });
    await until(() => kept.at(-1) === 7);
    await running.set(gain, { offsets: new Float64Array([0, 100]) });
    await until(() => kept.at(-1) === 103);
    await running.stop();
  });

  test.each([
    [{ gain: 11 }, /`gain` must be a number from 0 to 10, got 11/],
    [{ gain: 2, offsets: [1] }, /`offsets` must be 2 numbers/],
    [{ gain: NaN }, /`gain` must be a number from 0 to 10, got NaN/],
    [{ volume: 1 }, /There is no parameter `volume`\. There are gain, offsets/],
    [5 as never, /Parameters are set by an object with their names, got 5/],
    [undefined as never, /Parameters are set by an object with their names, got undefined/],
  ])('refuse %j', async (values, message) => {
    const { running, gain, kept } = await withGain();
    await expect(running.set(gain, values)).rejects.toMatchObject({
      code: 'DAG_PARAMETER',
      message: expect.stringMatching(message),
    });
    await until(() => kept.length > 5);
    await running.stop();
    expect(new Set(kept)).toEqual(new Set([1]));
  });

  test('of a component that has none are refused', async () => {
    const { running, source } = await counting();
    await expect(running.set(source, undefined as never)).rejects.toThrow('DAG_PARAMETER: Counter has no parameters');
    await expect(running.set(source, { gain: 1 })).rejects.toThrow('DAG_PARAMETER: Counter has no parameters');
    await running.stop();
  });

  test('are set by another component, without making theirs fire', async () => {
    const kept: number[] = [];
    const tuned: number[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 200);
      const gain = layout.add(here, Gain);
      const tuner = layout.add(here, Tuner, tuned);
      layout.connect(source, gain, { policy: 'queue' });
      layout.connect(source, tuner, { policy: 'queue' });
      layout.parametrize(tuner, gain);
      layout.connect(gain, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start();
    await running.done;
    expect(kept).toHaveLength(200);
    expect(kept.at(-1)).toBeGreaterThan(199 * 2);
    expect(running.toGraphology().edge('Tuner', 'Gain')).toBeDefined();
  });

  test('out of bounds from another component are a failure', async () => {
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter);
      const gain = layout.add(here, Gain);
      const tuner = layout.add(here, Tuner, [], 100);
      layout.connect(source, gain);
      layout.connect(source, tuner);
      layout.parametrize(tuner, gain);
      layout.connect(gain, layout.add(here, Keep, []));
    }).start();
    await expect(running.done).rejects.toMatchObject({ component: 'Gain', cause: { code: 'DAG_PARAMETER' } });
  });
});

test('bad parameters cost no values, where failures are passed over', async () => {
  const kept: number[] = [];
  let failures = 0;
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Counter, 20);
    const gain = layout.add(here, Gain).with({ onError: 'skip' });
    const tuner = layout.add(here, Tuner, [], 100);
    layout.connect(source, gain, { policy: 'queue' });
    layout.connect(source, tuner, { policy: 'queue' });
    layout.parametrize(tuner, gain);
    layout.connect(gain, layout.add(here, Keep, kept), { policy: 'queue' });
  }).start({ onFailure: () => (failures += 1) });
  await running.done;
  expect(failures).toBeGreaterThan(0);
  expect(kept).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

class Fragile {
  constructor(readonly n: number) {}
}
registerCodec(Fragile, {
  encode: ({ n }) => n,
  decode: (n) => {
    if (n === 2) throw new Error('fragile');
    return new Fragile(n);
  },
});

test.each(['first', 'second'])(
  'a value of the %s parent that cannot be read takes its partner along',
  async (which) => {
    const pairs: string[] = [];
    const running = await new Made((layout, here) => {
      let n = 0;
      const counter = layout.add(here, Counter, 5);
      const fragile = layout.add(here, Values, () => (n === 5 ? done : new Fragile(n++)));
      const call = layout.add(here, Call, (...values: unknown[]) => {
        const [one, other] = values as readonly { readonly n: number }[];
        pairs.push(`${one?.n} ${other?.n}`);
      });
      const parents: readonly ComponentRef[] = which === 'first' ? [fragile, counter] : [counter, fragile];
      for (const parent of parents) layout.connect(parent, call.with({ onError: 'skip' }), { policy: 'queue' });
    }).start({ onFailure: () => undefined });
    await running.done;
    expect(pairs).toEqual(['0 0', '1 1', '3 3', '4 4']);
  },
);

describe('values that are no records', () => {
  test('travel as they are, and belong to whoever gets them', async () => {
    const given = [
      { text: 'one', list: [1, 2, [3]], map: new Map([['a', new Float64Array([1, 2])]]) },
      new Float32Array(5000).fill(3),
      'text',
      12n,
      { nested: { view: new Uint8Array(new SharedArrayBuffer(8)).fill(5) }, nothing: null },
      new Float64Array(40_000).fill(7),
      null,
    ];
    const got: unknown[] = [];
    let next = 0;
    const running = await new Made((layout, here) => {
      const values = layout.add(here, Values, () => (next < given.length ? given[next++] : undefined));
      layout.connect(
        values,
        layout.add(here, Call, (value) => void got.push(value)),
        { policy: 'queue', capacity: 2 },
      );
    }).start();
    await until(() => got.length === given.length);
    await running.stop();
    expect(got).toEqual(given);
    expect(got[0]).not.toBe(given[0]);
    expect((got[1] as Float32Array).buffer.byteLength).toBeGreaterThanOrEqual(20_000);
  });

  test('that cannot travel are a failure', async () => {
    const running = await new Made((layout, here) => {
      layout.connect(
        layout.add(here, Values, () => ({ fn: () => 1 })),
        layout.add(here, Call, () => undefined),
      );
    }).start();
    await expect(running.done).rejects.toMatchObject({ component: 'Values', cause: { code: 'DAG_CANNOT_TRAVEL' } });
  });

  test('may be several of one firing, more than there is room for', async () => {
    const got: unknown[] = [];
    let fired = 0;
    const running = await new Made((layout, here) => {
      const values = layout.add(here, Values, () => {
        fired += 1;
        return fired === 1 ? emitAll(Array.from({ length: 50 }, (_, n) => ({ n }))) : done;
      });
      layout.connect(
        values,
        layout.add(here, Call, (value) => void got.push((value as CountView).n)),
        {
          policy: 'queue',
          capacity: 2,
        },
      );
    }).start();
    await running.done;
    expect(got).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});

describe('figures', () => {
  test('tell of components and connections', async () => {
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter, 20), layout.add(here, Keep, []), { policy: 'leaky', capacity: 2 });
    }).start();
    await running.done;
    const { components, edges } = running.stats();
    expect(components[1]).toMatchObject({ name: 'Keep', context: 'here', state: 'ended', failures: 0, restarts: 0 });
    const [edge] = edges;
    expect(edge).toMatchObject({ from: 'Counter', to: 'Keep', policy: 'leaky', overwritten: 0, depth: 0 });
    expect((edge?.values ?? 0) + (edge?.dropped ?? 0)).toBe(20);
    expect(edge?.p50).toBeGreaterThanOrEqual(0);
  });
});

describe('changes of a layout', () => {
  test('that fail leave nothing behind, neither components nor contexts', async () => {
    const { running, here } = await counting();
    let stopped = 0;
    const change = running.change((wiring) => {
      wiring.add(here, Opened, { stop: () => (stopped += 1) });
      wiring.add(wiring.context({ inline: true }), Opened, {
        make: () => {
          throw new Error('no device');
        },
      });
    });
    await expect(change).rejects.toThrow('no device');
    expect(running.stats().components.map(({ name }) => name)).toEqual(['Counter', 'Keep']);
    expect(stopped).toBe(0); // it was never started
    await running.stop();
  });

  test('are refused when the layout has ended while they were thought of', async () => {
    const { running, here } = await counting();
    const begun = deferred<undefined>();
    const goOn = deferred<undefined>();
    const change = running.change(async (wiring) => {
      begun.resolve(undefined);
      await goOn.promise;
      wiring.add(here, Counter);
    });
    await begun.promise;
    await running.stop();
    goOn.resolve(undefined);
    await expect(change).rejects.toMatchObject({ code: 'DAG_LAYOUT_OVER' });
  });

  test('are taken back when the layout ends while a component starts', async () => {
    const { running, here } = await counting();
    const told: string[] = [];
    const started = deferred<undefined>();
    const change = running.change((wiring) => {
      for (const name of ['one', 'two']) {
        wiring.add(here, Opened, {
          start: async () => {
            told.push(`start ${name}`);
            started.resolve(undefined);
            await turn();
          },
          stop: () => told.push(`stop ${name}`),
        });
      }
    });
    await started.promise;
    await Promise.all([expect(change).rejects.toMatchObject({ code: 'DAG_LAYOUT_OVER' }), running.stop()]);
    expect(told).toEqual(['start one', 'stop one']);
  });

  test('let nothing that was there fire with what they connect before all of them has started', async () => {
    const counts = new Set<number>();
    const gate = deferred();
    const got: { other?: ComponentRef; call?: ComponentRef; firings: number } = { firings: 0 };
    const { running, here } = await counting(({ source, here: context, layout }) => {
      got.call = layout.add(context, Call, (...values: unknown[]) => {
        counts.add(values.length);
        got.firings += 1;
      });
      layout.connect(source, got.call);
      got.other = layout.add(context, Counter);
      layout.connect(got.other, layout.add(context, Keep, []));
    });
    const { other, call } = got as Required<typeof got>;
    let starts = false;
    const start = (): Promise<void> => {
      starts = true;
      return gate.promise;
    };
    const change = running.change((wiring) => {
      wiring.add(here, Opened, { start });
      wiring.connect(other, call);
    });
    await until(() => starts);
    const before = got.firings;
    await until(() => got.firings > before + 3);
    gate.reject(new Error('no device'));
    await expect(change).rejects.toThrow('no device');
    await running.stop();
    expect([...counts]).toEqual([1]);
  });

  test('that connect to a component that has ended hold nobody up', async () => {
    const seen: number[] = [];
    const parts: { source?: ComponentRef; ended?: ComponentRef } = {};
    const running = await new Made((layout, context) => {
      parts.source = layout.add(context, Counter);
      parts.ended = layout.add(context, Call, () => done).with({ name: 'ended' });
      layout.connect(layout.add(context, Counter, 2), parts.ended, { policy: 'queue' });
      layout.connect(parts.source, layout.add(context, Keep, seen));
    }).start();
    await until(() => stateOf(running, 'ended') === 'ended');
    await running.connect(parts.source as ComponentRef, parts.ended as ComponentRef, { policy: 'queue', capacity: 1 });
    const before = seen.length;
    await until(() => seen.length > before + 10);
    await running.stop();
  });
});

describe('parameters', () => {
  const Kinds = parameters({
    on: { type: 'bool', initial: 0 },
    at: { type: 'i64', initial: 1, max: 9 },
    all: { type: ['u64', 2], initial: [1, 2] },
  });

  @component()
  class Kind extends Collector<[typeof Count]> {
    readonly parameters = Kinds.values();

    constructor(private readonly seen: unknown[]) {
      super();
    }

    compute(): void {
      const { on, at, all } = this.parameters;
      this.seen.push([on, at, ...all]);
    }
  }

  test('may be of any type of a struct, set from outside and by a component', async () => {
    const seen: unknown[] = [];
    const { running } = await counting(({ source, here, layout }) => {
      layout.connect(source, layout.add(here, Kind, seen).with({ name: 'kind' }));
    });
    const kind = running.component('kind');
    await until(() => seen.length > 0);
    expect(seen[0]).toEqual([false, 1n, 1n, 2n]);
    await running.set(kind, { on: true, at: 5n, all: [3n, 4n] });
    await until(() => JSON.stringify(seen.at(-1), text) === '[true,"5","3","4"]');
    await expect(running.set(kind, { at: 10n })).rejects.toMatchObject({ code: 'DAG_PARAMETER' });
    await expect(running.set(kind, { at: 5 })).rejects.toThrow('`at` must be a bigint');
    await running.change((wiring) => {
      const record = Kinds.values();
      record.at = 7n;
      wiring.parametrize(wiring.add(kind.context, Constant, Kinds.struct, Kinds.struct.toObject(record)), kind);
    });
    await until(() => JSON.stringify(seen.at(-1), text) === '[false,"7","1","2"]');
    await running.stop();
  });
});

test.each([
  [{ small: 300 }, '`small` must be a whole number from 0 to 255, got 300'],
  [{ small: 1.5 }, '`small` must be a whole number from 0 to 255, got 1.5'],
  [{ small: NaN }, '`small` must be a whole number from 0 to 255, got NaN'],
  [{ signed: -129 }, '`signed` must be a whole number from -128 to 100, got -129'],
  [{ word: 2 ** 32 }, '`word` must be a whole number from 0 to 4294967295, got 4294967296'],
  [{ long: -1n }, '`long` must be a bigint from 0 to 18446744073709551615, got -1'],
  [{ wide: -(2n ** 63n) - 1n }, '`wide` must be a bigint from -9223372036854775808 to 9223372036854775807'],
  [{ list: [1, 65536] }, '`list` must be 2 whole numbers from 0 to 65535'],
])('a parameter of an integer type does not wrap: %p', (values, message) => {
  const Small = parameters({
    small: { type: 'u8', initial: 0 },
    signed: { type: 'i8', initial: 0, min: -1000, max: 100 },
    word: { type: 'u32', initial: 0 },
    long: { type: 'u64', initial: 0 },
    wide: { type: 'i64', initial: 0 },
    list: { type: ['u16', 2], initial: [0, 65535] },
  });
  expect(() => {
    Small.check(values);
  }).toThrow(`DAG_PARAMETER: ${message}`);
  Small.check({ small: 255, signed: -128, word: 2 ** 32 - 1, long: 2n ** 64n - 1n, wide: -(2n ** 63n), list: [0, 1] });
  expect(() => parameters({ n: { type: 'u8', initial: 256 } })).toThrow('DAG_PARAMETER: `n` must be a whole number');
});

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
