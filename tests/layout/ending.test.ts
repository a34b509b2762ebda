import { describe, expect, jest, test } from '@jest/globals';
import {
  Collector,
  component,
  done,
  emitAll,
  Emitter,
  type ComponentRef,
  type RunningLayout,
} from '../../src/layout/index.js';
import { deferred, turnOfLoop, until, within } from '../support/waiting.js';
import { Add, Call, Count, Counter, Keep, Made, Through, Values, type CountView } from './parts.js';

/** Says when it starts and stops, and waits or throws as it is told. */
@component()
class Told extends Collector<[typeof Count]> {
  constructor(
    private readonly name2: string,
    private readonly told: string[],
    private readonly on: { readonly start?: () => unknown; readonly stop?: () => unknown } = {},
  ) {
    super();
  }

  async start(resources: Readonly<Record<string, unknown>>): Promise<void> {
    this.told.push(`start ${this.name2} ${String(resources['with'])}`);
    await this.on.start?.();
  }

  async stop(): Promise<void> {
    this.told.push(`stop ${this.name2}`);
    await this.on.stop?.();
  }

  compute(): void {
    // takes what comes
  }
}

/** A running layout in which a firing has begun that does not end. */
async function hanging(): Promise<RunningLayout> {
  let waits = false;
  const running = await new Made((layout, here) => {
    const call = layout.add(here, Call, () => {
      waits = true;
      return deferred().promise;
    });
    layout.connect(layout.add(here, Counter), call);
  }).start();
  await until(() => waits);
  return running;
}

describe('a layout ends', () => {
  test('when its sources have, after what they emitted was worked on, and what is open is closed, the last first', async () => {
    const told: string[] = [];
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 10);
      layout.connect(source, layout.add(here, Told, 'one', told));
      layout.connect(source, layout.add(here, Told, 'two', told));
      layout.connect(source, layout.add(here, Keep, kept), { policy: 'queue', capacity: 1 });
    }).start({ resources: { with: 'all' } });
    await running.done;
    expect(kept).toHaveLength(10);
    expect(told).toEqual(['start one all', 'start two all', 'stop two', 'stop one']);
    expect(running.stats().components.every(({ state }) => state === 'ended')).toBe(true);
  });

  test('by stop(), which lets what was emitted be worked on', async () => {
    const kept: number[] = [];
    let emitted = 0;
    const running = await new Made((layout, here) => {
      const through = layout.add(here, Through, (n) => ({ n: (emitted = n + 1) - 1 }));
      layout.connect(layout.add(here, Counter), through, { policy: 'queue' });
      layout.connect(through, layout.add(here, Keep, kept), { policy: 'queue', capacity: 50 });
    }).start();
    await until(() => emitted > 20);
    await running.stop();
    await running.stop();
    await running.done;
    expect(kept).toEqual(Array.from({ length: emitted }, (_, index) => index));
  });

  test('by stop({ drain: false }), which does not', async () => {
    let waits = 0;
    const gate = deferred();
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => {
        waits += 1;
        return gate.promise;
      });
      layout.connect(layout.add(here, Counter), call, { policy: 'queue' });
    }).start();
    await until(() => waits === 1 && (running.stats().edges[0]?.depth ?? 0) > 5);
    const stopped = running.stop({ drain: false });
    gate.resolve();
    await stopped;
    expect(waits).toBe(1);
  });

  test('at the end of a block with `await using`', async () => {
    let ended: RunningLayout;
    {
      await using running = await new Made((layout, here) => {
        layout.connect(layout.add(here, Counter), layout.add(here, Keep, []));
      }).start();
      ended = running;
    }
    await ended.done;
  });

  test('while a component waits, which its signal tells', async () => {
    @component()
    class Waits extends Emitter<typeof Count> {
      static readonly output = Count;

      async compute(): Promise<typeof done> {
        await new Promise<void>((resolve) => {
          this.signal.addEventListener('abort', () => {
            resolve();
          });
        });
        return done;
      }
    }
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Waits), layout.add(here, Keep, []));
    }).start();
    await within(5000, running.stop());
  });

  test('though a loop goes round for ever', async () => {
    let rounds = 0;
    const running = await new Made((layout, here) => {
      const one = layout.add(here, Through, (n) => ({ n: n + 1 }));
      const other = layout.add(here, Through, (n) => {
        rounds = n;
        return { n };
      });
      layout.connect(one, other, { policy: 'queue' });
      layout.connect(other, one, { policy: 'queue', initial: { n: 0 } });
    }).start();
    await until(() => rounds > 10);
    await within(5000, running.stop());
  });

  test('though a component is paused', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter, 5), layout.add(here, Keep, kept, 2), { policy: 'queue', capacity: 1 });
    }).start();
    await within(5000, running.done);
    expect(kept).toEqual([0, 1]);
  });

  test('after what waits for a paused component was worked on, and so did what waits behind it', async () => {
    const kept: number[] = [];
    let emitted = 0;
    const parts: { through?: ComponentRef; keep?: ComponentRef; source?: ComponentRef } = {};
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Through, (n) => ({ n: (emitted = n + 1) - 1 }));
      const through = layout.add(here, Through, (n) => ({ n }));
      const keep = layout.add(here, Keep, kept);
      layout.connect(layout.add(here, Counter), source, { policy: 'queue' });
      layout.connect(source, through, { policy: 'queue', capacity: 7 });
      layout.connect(through, keep, { policy: 'queue', capacity: 3 });
      Object.assign(parts, { source, through, keep });
    }).start();
    const { source, through, keep } = parts as Required<typeof parts>;
    await running.pause(keep);
    await until(() => running.stats().edges.some(({ to, depth }) => to === keep.name && depth === 3));
    await running.pause(through, source);
    await within(5000, running.stop());
    expect(kept).toEqual(Array.from({ length: emitted }, (_, index) => index));
    expect(emitted).toBeGreaterThan(3);
  });

  test('soon where a second stop({ drain: false }) hurries the first', async () => {
    const gate = deferred();
    const last = deferred();
    let firings = 0;
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => {
        firings += 1;
        return firings === 1 ? gate.promise : last.promise;
      });
      layout.connect(layout.add(here, Counter), call, { policy: 'queue' });
    }).start();
    await until(() => firings === 1 && (running.stats().edges[0]?.depth ?? 0) > 5);
    const stopped = running.stop({ timeout: Infinity });
    gate.resolve();
    await until(() => firings === 2);
    const hurried = running.stop({ drain: false });
    await turnOfLoop();
    last.resolve();
    await within(5000, Promise.all([stopped, hurried]));
    expect(firings).toBe(2);
  });

  test('soon where a second stop({ drain: false, timeout }) gives up what the first would wait for', async () => {
    const running = await hanging();
    const stopped = running.stop({ timeout: Infinity });
    const hurried = running.stop({ drain: false, timeout: 20 });
    const ends = await within(5000, Promise.allSettled([stopped, hurried]));
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { code: 'DAG_LAYOUT_TIMEOUT', component: 'Call' } });
  });

  test('soon where its signal is aborted while it drains, and with DAG_ABORTED', async () => {
    const controller = new AbortController();
    const gate = deferred();
    let firings = 0;
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => {
        firings += 1;
        return gate.promise;
      });
      layout.connect(layout.add(here, Counter), call, { policy: 'queue' });
    }).start({ signal: controller.signal });
    await until(() => firings === 1 && (running.stats().edges[0]?.depth ?? 0) > 5);
    const stopped = running.stop();
    controller.abort();
    await turnOfLoop();
    gate.resolve();
    await expect(within(5000, stopped)).rejects.toMatchObject({ code: 'DAG_ABORTED' });
    expect(firings).toBe(1);
  });

  test('when nobody reads what its sources emit any more', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      const through = layout.add(here, Through, (n) => ({ n }));
      layout.connect(layout.add(here, Counter), through, { policy: 'queue' });
      layout.connect(through, layout.add(here, Keep, kept, 3), { policy: 'queue' });
      layout.connect(through, layout.add(here, Keep, [], 5), { policy: 'queue' });
    }).start();
    await within(5000, running.done);
    expect(kept).toEqual([0, 1, 2]);
  });

  test('by its signal, with DAG_ABORTED', async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter), layout.add(here, Told, 'one', told));
    }).start({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running.done).rejects.toMatchObject({ code: 'DAG_ABORTED', cause: new Error('enough') });
    expect(told.at(-1)).toBe('stop one');
    await running.stop();
  });

  test('before it begins, by a signal that was aborted', async () => {
    const layout = new Made((made, here) => made.add(here, Counter, 1));
    await expect(layout.start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'DAG_ABORTED' });
  });

  test('though a firing does not, and says so', async () => {
    const running = await hanging();
    await expect(running.stop({ timeout: 20 })).rejects.toMatchObject({
      code: 'DAG_LAYOUT_TIMEOUT',
      component: 'Call',
      context: 'here',
    });
  });

  test.each([[{ drain: 'no' }], [{ timeout: -1 }], [{ drian: false }]])('not by stop(%j)', async (options) => {
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter), layout.add(here, Keep, []));
    }).start();
    await expect(running.stop(options as never)).rejects.toThrow('DAG_OPTION: stop()');
    expect(running.stats().components[0]?.state).toBe('running');
    await running.stop({ timeout: Infinity });
  });

  test('though stop() of a component does not, and says so', async () => {
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter), layout.add(here, Told, 'one', [], { stop: () => deferred().promise }));
    }).start();
    await expect(running.stop({ timeout: 50 })).rejects.toThrow(
      'DAG_LAYOUT_TIMEOUT: Told in here: stop() did not come to its end within 50 ms',
    );
  });
});

describe('the time that an end may take', () => {
  /** A queue of a few values, each of which takes a gate of the test to be worked on. */
  async function queued(side: (n: number) => void = () => undefined) {
    const gate = deferred();
    const firings = { count: 0 };
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => {
        firings.count += 1;
        return gate.promise;
      });
      const counter = layout.add(here, Counter, 5);
      layout.connect(counter, call, { policy: 'queue' });
      layout.connect(
        counter,
        layout.add(here, Call, (view: unknown) => {
          side((view as CountView).n);
        }),
        { policy: 'queue' },
      );
    }).start();
    await until(() => running.stats().edges[0]?.depth === 4);
    return { running, gate, firings };
  }

  test('is told with what was left in queues when it is over', async () => {
    const { running } = await queued();
    await expect(within(5000, running.stop({ timeout: 20 }))).rejects.toMatchObject({
      code: 'DAG_LAYOUT_TIMEOUT',
      component: 'Call',
      message: expect.stringMatching(/draining .* within 20 ms, and .* left: 4 from Counter to Call\./),
    });
  });

  test('is told with what was emitted and has found no room in a queue', async () => {
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => deferred().promise);
      const many = layout.add(here, Values, () => emitAll([1, 2, 3, 4, 5]));
      layout.connect(many, call, { policy: 'queue', capacity: 2 });
    }).start();
    await until(() => running.stats().edges[0]?.depth === 2);
    await expect(within(5000, running.stop({ timeout: 20 }))).rejects.toMatchObject({
      code: 'DAG_LAYOUT_TIMEOUT',
      message: expect.stringMatching(/left: 2 from Values to Call, 2 for which Values has found no room\./),
    });
  });

  test('is what a stop() says that comes after a failure', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    try {
      const { running, gate, firings } = await queued((n) => {
        if (n === 4) throw new Error('side branch');
      });
      await until(() => running.stats().components.at(-1)?.state === 'ended');
      const stopped = running.stop({ timeout: 60_000 });
      jest.advanceTimersByTime(50_000);
      gate.resolve();
      await expect(stopped).rejects.toMatchObject({ cause: new Error('side branch') });
      expect(firings.count).toBe(5);
    } finally {
      jest.useRealTimers();
    }
  });

  test('is shortened by a second stop({ drain: false }) also past draining', async () => {
    const { running } = await queued();
    const first = running.stop({ drain: false, timeout: Infinity });
    await turnOfLoop();
    const second = running.stop({ drain: false, timeout: 20 });
    const ends = await within(5000, Promise.allSettled([first, second]));
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { code: 'DAG_LAYOUT_TIMEOUT', component: 'Call' } });
  });

  test('is shortened while a stop() of a component takes it', async () => {
    const told: string[] = [];
    const running = await new Made((layout, here) => {
      const on = { stop: () => deferred().promise };
      layout.connect(layout.add(here, Counter), layout.add(here, Told, 'one', told, on));
    }).start();
    const first = running.stop({ drain: false, timeout: Infinity });
    await until(() => told.includes('stop one'));
    const second = running.stop({ drain: false, timeout: 20 });
    const ends = await within(5000, Promise.allSettled([first, second]));
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { code: 'DAG_LAYOUT_TIMEOUT', component: 'Told' } });
  });
});

describe('what is open is closed', () => {
  test('when start() of a component fails', async () => {
    const told: string[] = [];
    const layout = new Made((made, here) => {
      const source = made.add(here, Counter);
      made.connect(source, made.add(here, Told, 'one', told));
      const failing = {
        start: () => {
          throw new RangeError('no device');
        },
      };
      made.connect(source, made.add(here, Told, 'two', told, failing));
      made.connect(source, made.add(here, Told, 'three', told));
    });
    const error: unknown = await layout.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'DAG_COMPONENT_FAILED',
      component: 'Told 2',
      context: 'here',
      cause: new RangeError('no device'),
    });
    expect((error as Error).message).toBe('DAG_COMPONENT_FAILED: Told 2 in here: start(): no device.');
    expect(told).toEqual(['start one undefined', 'start two undefined', 'stop two', 'stop one']);
  });

  test('when a constructor fails', async () => {
    @component()
    class Broken extends Counter {
      constructor() {
        super();
        throw new TypeError('broken');
      }
    }
    const layout = new Made((made, here) => made.add(here, Broken));
    await expect(layout.start()).rejects.toThrow('DAG_COMPONENT_FAILED: Broken in here: its constructor: broken');
  });

  test('when a firing fails, and the failure is what `done` tells', async () => {
    const told: string[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter);
      layout.connect(source, layout.add(here, Told, 'one', told));
      const call = layout.add(here, Call, (view) => {
        if ((view as CountView).n === 3) throw new Error('three');
      });
      layout.connect(source, call, { policy: 'queue' });
    }).start();
    await expect(running.done).rejects.toMatchObject({
      code: 'DAG_COMPONENT_FAILED',
      component: 'Call',
      context: 'here',
      cause: new Error('three'),
    });
    expect(told.at(-1)).toBe('stop one');
  });

  test('and a failure of the last firing is told', async () => {
    const gate = deferred();
    let waits = false;
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, async () => {
        waits = true;
        await gate.promise;
        throw new Error('at last');
      });
      layout.connect(layout.add(here, Counter), call);
    }).start();
    await until(() => waits);
    const stopped = running.stop({ drain: false });
    gate.resolve();
    await expect(stopped).rejects.toMatchObject({ component: 'Call', cause: new Error('at last') });
  });

  test('when stop() of a component fails, which `done` tells', async () => {
    const told: string[] = [];
    const running = await new Made((layout, here) => {
      const source = layout.add(here, Counter, 1);
      layout.connect(source, layout.add(here, Told, 'one', told));
      const failing = { stop: () => Promise.reject(new Error('stuck')) };
      layout.connect(source, layout.add(here, Told, 'two', told, failing));
    }).start();
    await expect(running.done).rejects.toThrow('DAG_COMPONENT_FAILED: Told 2 in here: stop(): stuck');
    expect(told.at(-1)).toBe('stop one');
  });
});

test('a layout ends when stop() of a component that is being removed has', async () => {
  const told: string[] = [];
  const gate = deferred();
  const stop = async (): Promise<void> => {
    await gate.promise;
    told.push('stopped');
  };
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Counter);
    layout.connect(source, layout.add(here, Told, 'one', told, { stop }));
    layout.connect(source, layout.add(here, Keep, []));
  }).start();
  const removed = running.remove(running.component('Told'));
  await until(() => told.includes('stop one'));
  const stopped = running.stop().then(() => told.push('over'));
  await until(() => running.stats().components.every(({ state }) => state === 'ended'));
  await turnOfLoop();
  gate.resolve();
  await within(5000, Promise.all([removed, stopped]));
  expect(told.slice(1)).toEqual(['stop one', 'stopped', 'over']);
});

describe('a failure', () => {
  const failing = (n: number): { n: number } => {
    if (n % 3 === 1) throw new Error(`no ${n.toString()}`);
    return { n };
  };

  test('is passed over with `skip`', async () => {
    const kept: number[] = [];
    const failures: unknown[] = [];
    const running = await new Made((layout, here) => {
      const through = layout.add(here, Through, failing).with({ onError: 'skip' });
      layout.connect(layout.add(here, Counter, 6), through, { policy: 'queue' });
      layout.connect(through, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start({ onFailure: ({ component: name, cause }) => failures.push([name, (cause as Error).message]) });
    await running.done;
    expect(kept).toEqual([0, 2, 3, 5]);
    expect(failures).toEqual([
      ['Through', 'no 1'],
      ['Through', 'no 4'],
    ]);
    expect(running.stats().components[0]).toMatchObject({ name: 'Through', firings: 4, failures: 2, restarts: 0 });
  });

  test('has the component made anew with `restart`, and what it has open closed and opened', async () => {
    const kept: number[] = [];
    const told: string[] = [];

    @component({ onError: 'restart' })
    class Fragile extends Through {
      #fired = 0;

      constructor() {
        super((n) => {
          this.#fired += 1;
          if (this.#fired === 3) throw new Error('tired');
          return { n };
        });
      }

      start(): void {
        told.push('start');
      }

      stop(): void {
        told.push('stop');
      }
    }
    const running = await new Made((layout, here) => {
      const fragile = layout.add(here, Fragile);
      layout.connect(layout.add(here, Counter, 7), fragile, { policy: 'queue' });
      layout.connect(fragile, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start({ onFailure: () => undefined });
    await running.done;
    expect(kept).toEqual([0, 1, 3, 4, 6]);
    expect(told).toEqual(['start', 'stop', 'start', 'stop', 'start', 'stop']);
    expect(running.stats().components[0]).toMatchObject({ firings: 5, failures: 2, restarts: 2 });
  });

  test('of starting again ends the layout', async () => {
    let starts = 0;

    @component({ onError: 'restart' })
    class Once extends Through {
      constructor() {
        super(() => {
          throw new Error('first');
        });
      }

      start(): void {
        starts += 1;
        if (starts === 2) throw new Error('second');
      }
    }
    const running = await new Made((layout, here) => {
      const once = layout.add(here, Once);
      layout.connect(layout.add(here, Counter), once);
      layout.connect(once, layout.add(here, Keep, []));
    }).start({ onFailure: () => undefined });
    await expect(running.done).rejects.toThrow('DAG_COMPONENT_FAILED: Once in here: second');
  });

  test('that nobody listens to is a warning of the process', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const survived = await new Made((layout, here) => {
        const through = layout.add(here, Through, failing).with({ onError: 'skip' });
        layout.connect(layout.add(here, Counter, 2), through, { policy: 'queue' });
        layout.connect(through, layout.add(here, Keep, []), { policy: 'queue' });
      }).start();
      await survived.done;
      expect(warn.mock.calls.map(([message]) => message)).toEqual(['DAG_COMPONENT_FAILED: Through in here: no 1.']);
      const fatal = await new Made((layout, here) => {
        const values = layout.add(here, Values, () => {
          throw new Error('nobody asks');
        });
        layout.connect(
          values,
          layout.add(here, Call, () => undefined),
        );
      }).start();
      await until(() => warn.mock.calls.length === 2);
      expect(warn.mock.calls[1]?.[0]).toContain('nobody asks');
      await expect(fatal.stop()).rejects.toThrow('nobody asks');
    } finally {
      warn.mockRestore();
    }
  });

  test('that nobody has asked for is thrown by stop()', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const running = await new Made((layout, here) => {
        const through = layout.add(here, Through, failing);
        layout.connect(layout.add(here, Counter), through, { policy: 'queue' });
        layout.connect(through, layout.add(here, Keep, []));
      }).start();
      await until(() => running.stats().components.some(({ failures }) => failures > 0));
      await expect(running.stop()).rejects.toThrow('no 1');
    } finally {
      warn.mockRestore();
    }
  });

  test('of a value that the output has not', async () => {
    const running = await new Made((layout, here) => {
      const through = layout.add(here, Through, () => 'text');
      layout.connect(layout.add(here, Counter), through);
      layout.connect(through, layout.add(here, Keep, []));
    }).start();
    await expect(running.done).rejects.toThrow(
      /Through must return nothing, or an object with fields of its output \(n\), got/,
    );
  });
});

describe('the end of a layout', () => {
  test('is waited for as long as it takes with an infinite timeout', async () => {
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter), layout.add(here, Keep, kept), { policy: 'queue' });
    }).start();
    await until(() => kept.length > 3);
    await running.stop({ timeout: Infinity });
  });

  test.each([{ timeout: -1 }, { timeout: NaN }, { drain: 1 }, { force: true }])('refuses %j', async (options) => {
    await using running = await new Made((layout, here) => layout.add(here, Counter)).start();
    await expect(running.stop(options as never)).rejects.toMatchObject({ code: 'DAG_OPTION' });
  });

  test('comes when `onFailure` throws, with what it threw', async () => {
    const running = await new Made((layout, here) => {
      const fails = layout.add(here, Call, () => {
        throw new Error('a firing');
      });
      layout.connect(layout.add(here, Counter), fails.with({ onError: 'skip' }));
    }).start({
      onFailure: () => {
        throw new Error('a listener');
      },
    });
    await expect(running.done).rejects.toThrow('a listener');
  });

  test('comes where a parent that is only sampled has ended without a value', async () => {
    const running = await new Made((layout, here) => {
      const call = layout.add(here, Call, () => undefined);
      layout.connect(layout.add(here, Counter, 3), call, { policy: 'queue' });
      layout.connect(layout.add(here, Counter, 0), call, { trigger: false });
    }).start();
    await within(2000, running.done);
  });

  test('comes to a loop in which a component merges', async () => {
    const running = await new Made((layout, here) => {
      const add = layout.add(here, Add);
      const back = layout.add(here, Through, (n) => ({ n })).with({ merge: true });
      layout.connect(layout.add(here, Counter, 3), add, { policy: 'queue' });
      layout.connect(back, add, { policy: 'queue', initial: { n: 0 } });
      layout.connect(add, back, { policy: 'queue' });
      layout.connect(back, layout.add(here, Keep, []));
    }).start();
    await within(2000, running.done);
  });
});
