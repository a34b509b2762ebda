import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { node } from '../../src/index.js';
import { component, Emitter } from '../../src/layout/index.js';
import { until, within } from '../support/waiting.js';
import { Count, Keep, Made } from './parts.js';

const HOUR = 3_600_000;

const endless = node(() => sleep(HOUR, undefined, { ref: false }), { name: 'endless' });

/** Emits one record, and then waits for what its signal ends. */
@component()
class Waits extends Emitter<typeof Count> {
  static readonly output = Count;
  #fired = false;

  constructor(private readonly wait: (signal: AbortSignal) => Promise<unknown>) {
    super();
  }

  async compute(): Promise<{ n: number }> {
    if (this.#fired) await this.wait(this.signal);
    this.#fired = true;
    return { n: 1 };
  }
}

async function stopped(wait: (signal: AbortSignal) => Promise<unknown>) {
  const kept: number[] = [];
  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Waits, wait), layout.add(here, Keep, kept), { policy: 'queue' });
  }).start();
  await until(() => kept.length === 1);
  await within(5000, running.stop());
  await running.done;
  return running.stats().components[0];
}

test.each([
  ['a timer', (signal: AbortSignal) => sleep(HOUR, undefined, { signal })],
  ['a call of a node', (signal: AbortSignal) => endless().resolve({ signal })],
])(
  'a component that waits for %s with its signal gives up when the layout ends, and has not failed',
  async (_, wait) => {
    expect(await stopped(wait)).toMatchObject({ state: 'ended', firings: 1, failures: 0 });
  },
);

test('a component that gives up without having been told to has failed', async () => {
  const running = await new Made((layout, here) => {
    const waits = layout.add(here, Waits, () => sleep(HOUR, undefined, { signal: AbortSignal.abort() }));
    layout.connect(waits, layout.add(here, Keep, []), { policy: 'queue' });
  }).start();
  await expect(running.done).rejects.toMatchObject({ code: 'DAG_COMPONENT_FAILED', component: 'Waits' });
});

test('a component that is being made anew gives up when the layout ends, and has not failed', async () => {
  let starts = 0;
  class Flaky extends Emitter<typeof Count> {
    static readonly output = Count;

    async start(): Promise<void> {
      starts += 1;
      if (starts > 1) await sleep(HOUR, undefined, { signal: this.signal });
    }

    compute(): undefined {
      throw new Error('flaky');
    }
  }
  const running = await new Made((layout, here) => {
    const flaky = layout.add(here, Flaky).with({ onError: 'restart' });
    layout.connect(flaky, layout.add(here, Keep, []), { policy: 'queue' });
  }).start({ onFailure: () => undefined });
  await until(() => starts === 2);
  await within(5000, running.stop());
});

test('a source that waits to be made anew is not, when the layout ends', async () => {
  let made = 0;
  let failures = 0;
  class Flaky extends Emitter<typeof Count> {
    static readonly output = Count;

    constructor() {
      super();
      made += 1;
    }

    compute(): undefined {
      throw new Error('flaky');
    }
  }
  const running = await new Made((layout, here) => {
    const flaky = layout.add(here, Flaky).with({ onError: 'restart' });
    layout.connect(flaky, layout.add(here, Keep, []), { policy: 'queue' });
  }).start({ onFailure: () => (failures += 1) });
  await until(() => failures === 2, 1e6);
  await within(5000, running.stop());
  expect(made).toBe(2);
});

test('a source that skips what fails waits longer from time to time, and not beyond the end of the layout', async () => {
  const failedAt: number[] = [];
  class Flaky extends Emitter<typeof Count> {
    static readonly output = Count;

    compute(): undefined {
      failedAt.push(performance.now());
      throw new Error('flaky');
    }
  }
  const running = await new Made((layout, here) => {
    const flaky = layout.add(here, Flaky).with({ onError: 'skip' });
    layout.connect(flaky, layout.add(here, Keep, []), { policy: 'queue' });
  }).start({ onFailure: () => undefined });
  await until(() => failedAt.length === 5, 1e6);
  // At once, then after 10, 20 and 40 ms; timers may be early by one.
  const pauses = failedAt.slice(1).map((time, at) => time - (failedAt[at] ?? 0));
  expect(pauses.slice(1).every((pause, at) => pause >= 10 * 2 ** at - 1)).toBe(true);
  await within(5000, running.stop());
});
