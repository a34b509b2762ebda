import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { Graph, node } from '../../src/index.js';
import type { ComponentRef, Context, RunningLayout } from '../../src/layout/index.js';
import { deferred, until, within } from '../support/waiting.js';
import { Call, Counter, Gain, Keep, Made, type CountView } from './parts.js';

interface Parts {
  readonly running: RunningLayout;
  readonly source: ComponentRef;
  readonly self: ComponentRef;
  readonly other: ComponentRef;
  readonly here: Context;
}

/** Lets a body do something with the layout that it is part of, and gives what came of it. */
async function withinBody<Result>(
  act: (parts: Parts) => Promise<Result>,
  beside: (parts: Parts) => unknown = () => undefined,
): Promise<{ result: Result; firings: () => number } & Parts> {
  const known = deferred<Parts>();
  const acted = deferred<Result>();
  const refs: Partial<Record<'source' | 'self' | 'other', ComponentRef>> & { here?: Context } = {};
  let firings = 0;
  const running = await new Made((layout, here) => {
    const source = layout.add(here, Counter);
    const self = layout.add(here, Call, async () => {
      firings += 1;
      if (firings > 1) return;
      const parts = await known.promise;
      const beginning = act(parts);
      beside(parts);
      await beginning.then(acted.resolve, acted.reject);
    });
    const other = layout.add(here, Gain);
    layout.connect(source, self.with({ name: 'self' }), { policy: 'queue' });
    layout.connect(source, other, { policy: 'queue' });
    layout.connect(other, layout.add(here, Keep, []));
    Object.assign(refs, { source, self, other, here });
  }).start();
  const parts = { running, ...(refs as Omit<Parts, 'running'>) };
  known.resolve(parts);
  const result = await within(5000, acted.promise);
  return { ...parts, result, firings: () => firings };
}

const names = (running: RunningLayout): string[] => running.stats().components.map(({ name }) => name);

describe('a body that waits for a change of its layout goes on', () => {
  test('when it removes itself, which is done after its firing', async () => {
    const { running, firings } = await withinBody(({ running: own, self }) => own.remove(self));
    await until(() => !names(running).includes('self'));
    await running.stop();
    expect(firings()).toBe(1);
  });

  test('when it disconnects itself', async () => {
    const { running, firings } = await withinBody(({ running: own, source, self }) => own.disconnect(source, self));
    await until(() => running.stats().components.some(({ name, state }) => name === 'self' && state === 'waiting'));
    await running.stop();
    expect(firings()).toBe(1);
  });

  test('when it adds, connects, sets, pauses and resumes', async () => {
    const kept: number[] = [];
    const { running } = await withinBody(async ({ running: own, source, self, other, here }) => {
      const keep = await own.add(here, Keep, kept);
      await own.connect(source, keep);
      await own.set(other, { gain: 2 });
      await own.pause(self, other);
      await own.resume(self, other);
    });
    await until(() => kept.length > 2);
    await running.stop();
  });

  test.each<[string, (act: () => Promise<void>) => unknown]>([
    ['graph.run()', (act) => new Graph().run(act)],
    ['a call that it makes', (act) => node(act, { name: 'act' })().resolve()],
  ])('when it asks within %s', async (_, inside) => {
    const { running } = await withinBody(async ({ running: own, self, source }) => {
      await inside(() => own.disconnect(source, self));
    });
    await until(() => running.stats().components.some(({ name, state }) => name === 'self' && state === 'waiting'));
    await running.stop();
  });

  test('when it stops the layout', async () => {
    const { running } = await withinBody(({ running: own }) => own.stop());
    await within(5000, running.done);
  });

  test('though somebody else waits for its firing, and is before it', async () => {
    const kept: number[] = [];
    let removed: Promise<void> | undefined;
    const { running } = await withinBody(
      async ({ running: own, source, here }) => {
        await turn();
        const keep = await own.add(here, Keep, kept);
        await own.connect(source, keep);
      },
      ({ running: own, self }) => {
        removed = own.remove(self);
      },
    );
    await within(5000, removed ?? Promise.reject(new Error('was not asked')));
    await until(() => kept.length > 2);
    expect(names(running)).not.toContain('self');
    await running.stop();
  });

  test('and is told at once what is wrong with it', async () => {
    const { running, result } = await withinBody(({ running: own, self }) =>
      own.set(self, { volume: 1 }).catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ code: 'DAG_PARAMETER' });
    await running.stop();
  });

  test('and what fails after its firing is a warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      class Stuck extends Call {
        stop(): void {
          throw new Error('stuck');
        }
      }
      const known = deferred<RunningLayout>();
      const running = await new Made((layout, here) => {
        const self = layout.add(here, Stuck, async () => {
          const own = await known.promise;
          await own.remove(self);
        });
        layout.connect(layout.add(here, Counter), self);
        layout.connect(
          layout.add(here, Counter),
          layout.add(here, Call, (_) => undefined),
        );
      }).start();
      known.resolve(running);
      await until(() => warn.mock.calls.length > 0);
      expect(warn.mock.calls[0]?.[0]).toMatch(/what a body has asked for has failed: .*stuck/);
      await running.stop();
    } finally {
      warn.mockRestore();
    }
  });
});

test('a component that is being added or removed cannot wait for a change', async () => {
  const thrown: unknown[] = [];
  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Counter), layout.add(here, Keep, []));
  }).start();
  const source = running.component('Counter');
  class Asks extends Counter {
    async start(): Promise<void> {
      await running.pause(source);
    }
  }
  const here = running.context({ inline: true });
  await expect(within(5000, running.add(here, Asks))).rejects.toMatchObject({
    component: 'Asks',
    cause: { code: 'DAG_LAYOUT' },
  });
  class AsksLast extends Counter {
    async stop(): Promise<void> {
      await running.pause(source).catch((error: unknown) => thrown.push(error));
    }
  }
  await within(5000, running.remove(await running.add(here, AsksLast)));
  expect(thrown).toMatchObject([{ code: 'DAG_LAYOUT' }]);
  await running.stop();
});

test('a component of a new context may ask for changes in its first firing', async () => {
  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Counter), layout.add(here, Keep, []));
  }).start();
  const asked = deferred();
  await running.change((wiring) => {
    const call = wiring.add(wiring.context({ inline: true }), Call, () =>
      running.pause(running.component('Counter')).then(asked.resolve, asked.reject),
    );
    wiring.connect(running.component('Counter'), call);
  });
  await within(5000, asked.promise);
  await running.stop();
});

test('a body is told of a change that fails, which was to be connected to it', async () => {
  class Broken extends Counter {
    start(): void {
      throw new Error('no device');
    }
  }
  const { running, result } = await withinBody(({ running: own, self, here }) =>
    own
      .change((wiring) => {
        wiring.connect(wiring.add(here, Broken), self, { trigger: false });
      })
      .catch((error: unknown) => error),
  );
  expect(result).toMatchObject({ code: 'DAG_COMPONENT_FAILED', component: 'Broken' });
  expect(running.stats().edges).toHaveLength(3);
  await within(5000, running.stop());
});

test('what a body adds side by side fires when it has started, each by itself', async () => {
  const told: string[] = [];
  const gate = deferred();
  class Late extends Counter {
    async start(): Promise<void> {
      told.push('starting');
      await gate.promise;
      told.push('started');
    }

    override compute(out: CountView): ReturnType<Counter['compute']> {
      told.push('fires');
      return super.compute(out);
    }
  }
  const { running, result } = await withinBody(async ({ running: own, self, here }) => {
    await own.remove(self); // which waits for this firing, so that nothing after it waits for anything before it
    const late = own.add(here, Late, 1);
    await until(() => told.includes('starting'));
    const quick = own.add(here, Counter, 1);
    await quick;
    await turn();
    gate.resolve();
    return Promise.allSettled([late, quick]);
  });
  expect(result).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
  await until(() => told.includes('fires'));
  await running.stop();
  expect(told.slice(0, 3)).toEqual(['starting', 'started', 'fires']);
});

test('a change within a change is refused, and one that comes after it is not', async () => {
  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Counter), layout.add(here, Keep, []));
  }).start();
  const later = deferred<Promise<void>>();
  const source = running.component('Counter');
  const change = running.change(async () => {
    const gate = turn().then(turn);
    void gate.then(() => {
      later.resolve(running.pause(source));
    });
    await running.resume(source);
  });
  await expect(within(5000, change)).rejects.toThrow(
    /^DAG_LAYOUT: A change of Made was asked for within another one, .* Use what change\(\) has given/,
  );
  await later.promise;
  await running.stop();
});
