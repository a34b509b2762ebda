import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { RunEvent } from '../../src/index.js';
import { currentCall, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { deferred, rejection, turnOfLoop, until, within } from '../support/waiting.js';

const boom = new Error('boom');

/** A node that fails so often, and then gives the number of its attempt. */
function flaky(failures: number, { asynchronous = false } = {}) {
  const attempt = (): number => {
    const number = currentCall()?.attempt ?? Number.NaN;
    if (number <= failures) throw boom;
    return number;
  };
  return asynchronous
    ? node(
        async () => {
          await turnOfLoop();
          return attempt();
        },
        { name: 'flaky' },
      )
    : node(attempt, { name: 'flaky' });
}

afterEach(async () => {
  jest.useRealTimers();
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe.each([
  ['a synchronous body', false],
  ['an asynchronous body', true],
])('retries of %s', (_, asynchronous) => {
  it('go on until an attempt succeeds', async () => {
    expect(await flaky(2, { asynchronous }).with({ retries: 2 })().resolve()).toBe(3);
    expect(await flaky(5, { asynchronous }).with({ retries: Infinity })().resolve()).toBe(6);
  });

  it('end with the last error', async () => {
    expect(await rejection(flaky(2, { asynchronous }).with({ retries: 1 })().resolve())).toMatchObject({ cause: boom });
  });

  it('are told as events, and counted anew by a later run', async () => {
    const call = flaky(1, { asynchronous }).with({ retries: 1 })();
    const told = async (): Promise<unknown[]> => {
      const events: unknown[] = [];
      await call.resolve({
        onEvent: (event) => {
          if (event.type === 'started' || event.type === 'retried') events.push([event.type, event.attempt]);
        },
      });
      return events;
    };
    const expected = [
      ['started', 1],
      ['retried', 1],
      ['started', 2],
    ];
    expect(await told()).toEqual(expected);
    call.release();
    expect(await told()).toEqual(expected);
  });

  it('tell listeners what failed, also where nothing was thrown', async () => {
    const late = node(() => new Promise(() => undefined), { name: 'late', timeout: 1, retries: 1 });
    const errors: unknown[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'retried') errors.push(event.error);
    };
    await expect(late().resolve({ onEvent })).rejects.toMatchObject({ code: 'DAG_CALL_TIMEOUT' });
    expect(errors).toMatchObject([{ code: 'DAG_CALL_TIMEOUT' }]);
  });

  it('run the inputs once', async () => {
    let runs = 0;
    const input = node(() => (runs += 1), { name: 'input' });
    const retried = node(
      (x: number) => {
        if (currentCall()?.attempt === 1) throw boom;
        return x;
      },
      { name: 'retried', retries: 1 },
    );
    expect(await retried(input()).resolve()).toBe(1);
    expect(runs).toBe(1);
  });
});

describe('retryDelay', () => {
  it('waits before each further attempt', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance'] });
    const starts: number[] = [];
    const run = flaky(2)
      .with({ retries: 2, retryDelay: 500 })()
      .resolve({
        onEvent: (event) => {
          if (event.type === 'started') starts.push(Date.now());
        },
      });
    await turnOfLoop();
    await jest.advanceTimersByTimeAsync(499);
    expect(starts).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(starts).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(500);
    expect(await run).toBe(3);
  });

  it('may be a function of the attempt that failed', async () => {
    const asked: number[] = [];
    const retryDelay = (attempt: number): number => {
      asked.push(attempt);
      return 0;
    };
    expect(await flaky(3).with({ retries: 3, retryDelay })().resolve()).toBe(4);
    expect(asked).toEqual([1, 2, 3]);
  });

  it('does not keep other calls from running', async () => {
    const never = flaky(1).with({ retries: 1, retryDelay: 1_000_000 })();
    const abort = new AbortController();
    const waiting = rejection(never.resolve({ signal: abort.signal }));
    expect(await node(() => 1)().resolve()).toBe(1);
    expect(never.state).toBe('waiting');
    abort.abort();
    expect(await waiting).toMatchObject({ code: 'DAG_ABORTED' });
    expect(never.state).toBe('idle');
  });

  it.each([2 ** 31, Infinity])('of %d milliseconds waits long rather than not at all', async (retryDelay) => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', warned);
    const abort = new AbortController();
    const call = flaky(1).with({ retries: 1, retryDelay })();
    const waiting = rejection(call.resolve({ signal: abort.signal }));
    await new Promise((resume) => setTimeout(resume, 5));
    expect(call.state).toBe('waiting');
    abort.abort();
    await waiting;
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('is left out by resolveSync, which cannot wait', () => {
    expect(resolveSync(flaky(1).with({ retries: 1, retryDelay: 1000 })())).toBe(2);
  });
});

describe('timeout of a call', () => {
  const never = node(() => new Promise<number>(() => undefined), { name: 'never' });

  it('fails a body that never settles, and tells its signal why', async () => {
    const signals: AbortSignal[] = [];
    const patient = node(
      () => {
        const call = currentCall();
        if (call !== undefined) signals.push(call.signal);
        return new Promise<number>(() => undefined);
      },
      { name: 'patient', timeout: 1 },
    );
    expect(await rejection(patient().resolve())).toMatchObject({ code: 'DAG_CALL_TIMEOUT', node: 'patient' });
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'DAG_CALL_TIMEOUT' });
  });

  it('counts for each attempt', async () => {
    let attempts = 0;
    const slowOnce = node(
      async () => {
        attempts += 1;
        if (attempts === 1) await new Promise(() => undefined);
        return attempts;
      },
      { name: 'slowOnce', timeout: 5, retries: 1 },
    );
    expect(await slowOnce().resolve()).toBe(2);
  });

  it('discards what a synchronous body took too long for', async () => {
    const slow = node(
      () => {
        const start = performance.now();
        while (performance.now() - start < 4);
        return 1;
      },
      { name: 'slow', timeout: 2 },
    );
    expect(await rejection(slow().resolve())).toMatchObject({ code: 'DAG_CALL_TIMEOUT' });
    expect(() => slow().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_CALL_TIMEOUT' }));
  });

  it('discards what a body gives after it', async () => {
    const gate = deferred<number>();
    const late = node(() => gate.promise, { name: 'late', timeout: 1 });
    const call = late();
    expect(await rejection(call.resolve())).toMatchObject({ code: 'DAG_CALL_TIMEOUT' });
    gate.resolve(5);
    await turnOfLoop();
    expect(call.state).toBe('failed');
  });

  it('may be Infinity, and is not rounded down to nothing when it is long', async () => {
    const quick = node(
      async () => {
        await turnOfLoop();
        return 1;
      },
      { name: 'quick' },
    );
    expect(await resolve([quick.with({ timeout: Infinity })(), quick.with({ timeout: 2 ** 40 })()])).toEqual([1, 1]);
  });

  it('leaves other calls alone', async () => {
    const results = await resolve([never.with({ timeout: 1 })(), node(() => 3)()], { settle: true });
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});

describe('timeout of a run', () => {
  const never = node(() => new Promise<number>(() => undefined), { name: 'never' });

  it('rejects with DAG_RUN_TIMEOUT, and stops what runs', async () => {
    const call = never();
    expect(await rejection(call.resolve({ timeout: 1 }))).toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
    expect(call.state).toBe('idle');
  });

  it('also with settle, for the whole run', async () => {
    expect(await rejection(resolve([never()], { timeout: 1, settle: true }))).toMatchObject({
      code: 'DAG_RUN_TIMEOUT',
    });
  });

  it('leaves calls alone that another run wants', async () => {
    const gate = deferred<number>();
    const shared = node(() => gate.promise, { name: 'shared' })();
    const other = shared.resolve();
    expect(await rejection(shared.resolve({ timeout: 1 }))).toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
    gate.resolve(4);
    expect(await other).toBe(4);
  });

  it('does not keep the process alive or the timer running after the run', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await node(() => 1)().resolve({ timeout: 1_000_000 });
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
  });

  it('may be Infinity', async () => {
    expect(await node(() => 1)().resolve({ timeout: Infinity })).toBe(1);
  });
});

describe('concurrency', () => {
  const many = [1, 2, 3, 4, 5, 6];

  it('of a run bounds its bodies', async () => {
    for (const concurrency of [1, 2, 3]) {
      const gauge = new Gauge();
      const calls = many.map((x) => gauge.work(x, 2));
      expect(await resolve(calls, { concurrency })).toEqual(many);
      expect(gauge.most).toBe(concurrency);
    }
  });

  it('is without limit unless it is given', async () => {
    const gauge = new Gauge();
    await resolve(many.map((x) => gauge.work(x, 2)));
    expect(gauge.most).toBe(many.length);
  });

  it('of a node bounds its calls over all runs and all variants made by `.with`', async () => {
    const gauge = new Gauge();
    const work = gauge.work.with({ concurrency: 2 });
    const also = work.with({ priority: 1 });
    const runs = many.map((x) => resolve([work(x, 2), also(x, 2)]));
    await within(2000, Promise.all(runs));
    expect(gauge.most).toBe(2);
  });

  it('of a node leaves other nodes alone', async () => {
    const gauge = new Gauge();
    const other = new Gauge();
    const work = gauge.work.with({ concurrency: 1 });
    await resolve(many.flatMap((x) => [work(x, 2), other.work(x, 2)]));
    expect([gauge.most, other.most]).toEqual([1, many.length]);
  });

  it('bounds synchronous bodies that turn out to be asynchronous', async () => {
    const gauge = new Gauge();
    const thenable = node((x: number): Promise<number> => gauge.work.body(x, 2), { name: 'thenable', concurrency: 1 });
    expect(await resolve(many.map((x) => thenable(x)))).toEqual(many);
    expect(gauge.most).toBe(1);
  });

  it('passes a free place on when the call that was to have it is cancelled first', async () => {
    const gate = deferred();
    const fails = node(
      async (): Promise<number> => {
        await gate.promise;
        throw boom;
      },
      { name: 'fails' },
    );
    const limited = node(
      async (x: number) => {
        await gate.promise;
        return x;
      },
      { name: 'limited', concurrency: 1 },
    );
    const first = limited(1).resolve();
    await turnOfLoop();
    const doomed = rejection(resolve([limited(2), limited(3), fails()]));
    await turnOfLoop();
    const last = limited(4).resolve();
    await turnOfLoop();
    gate.resolve();
    await doomed;
    expect(await within(1000, Promise.all([first, last]))).toEqual([1, 4]);
  });

  it('lets a failing call give its place to the next run', async () => {
    const failsAtOnce = node(
      async (x: number) => {
        await turnOfLoop();
        if (x < 0) throw boom;
        return x;
      },
      { name: 'failsAtOnce', concurrency: 1 },
    );
    const runs = [resolve([failsAtOnce(-1), failsAtOnce(-2)]), resolve(failsAtOnce(3)), resolve(failsAtOnce(4))];
    const results = await within(1000, Promise.allSettled(runs));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('passes a place on when a listener cancels the call that was to have it', async () => {
    const abort = new AbortController();
    const limited = node(
      async (x: number) => {
        await turnOfLoop();
        return x;
      },
      { name: 'limited', concurrency: 1 },
    );
    const first = limited(1).resolve({
      onEvent: (event) => {
        if (event.type === 'finished') abort.abort();
      },
    });
    await turnOfLoop();
    const second = rejection(limited(2).resolve({ signal: abort.signal }));
    const third = limited(3).resolve();
    expect(await within(1000, Promise.all([first, third]))).toEqual([1, 3]);
    expect(await second).toMatchObject({ code: 'DAG_ABORTED' });
  });
});

describe('priority', () => {
  it('decides between calls that could all start', async () => {
    const order: number[] = [];
    const work = node(
      async (x: number) => {
        order.push(x);
        await turnOfLoop();
        return x;
      },
      { name: 'work' },
    );
    const calls = [0, 5, 2, 9, 1].map((priority) => work.with({ priority })(priority));
    await resolve(calls, { concurrency: 1 });
    expect(order).toEqual([9, 5, 2, 1, 0]);
  });

  it('holds for synchronous bodies, too', async () => {
    const order: number[] = [];
    const work = node(
      (x: number) => {
        order.push(x);
      },
      { name: 'work' },
    );
    await resolve([0, 5, 2, 9, 1].map((priority) => work.with({ priority })(priority)));
    expect(order).toEqual([9, 5, 2, 1, 0]);
  });
});

describe('maxBytes', () => {
  const size = 1000;

  it('starts no further body while the live values leave no room and others run', async () => {
    const gauge = new Gauge();
    const make = node(
      async (turns: number) => {
        gauge.enter(turns);
        for (let turn = 0; turn < turns; turn += 1) await turnOfLoop();
        gauge.leave();
        return new Uint8Array(size);
      },
      { name: 'make', bytes: size },
    );
    const sum = node((...parts: Uint8Array[]) => parts.length, { name: 'sum' });
    const calls = [1, 3, 5, 7].map((turns) => make(turns));
    expect(await within(2000, sum(...calls).resolve({ maxBytes: size }))).toBe(4);
    expect(gauge.order).toHaveLength(4);
    expect(gauge.most).toBe(1);
  });

  it('counts what the bodies at work are expected to give', async () => {
    const gauge = new Gauge();
    const calls = [1, 2, 3, 4, 5, 6].map((x) => gauge.work.with({ bytes: size })(x, 2));
    await within(2000, resolve(calls, { maxBytes: 3 * size }));
    expect(gauge.most).toBe(3);
  });

  it('runs one call in any case', async () => {
    const make = node(async () => new Uint8Array(size), { name: 'make', bytes: size });
    const small = node((bytes: Uint8Array) => bytes.length, { name: 'small' });
    expect(await within(2000, resolve([small(make()), small(make())], { maxBytes: 0 }))).toEqual([size, size]);
  });

  it('prefers calls that free memory', async () => {
    const gate = deferred();
    const busy = node(() => gate.promise, { name: 'busy' });
    const make = node((x: number) => new Uint8Array(x), { name: 'make' });
    const reduce = node(async (bytes: Uint8Array) => bytes.length, { name: 'reduce', bytes: 0 });
    const events: RunEvent[] = [];
    const run = resolve([busy(), reduce(make(size))], { maxBytes: size, onEvent: (event) => events.push(event) });
    await until(() => events.some((event) => event.type === 'finished' && event.name === 'reduce'));
    gate.resolve();
    expect((await run)[1]).toBe(size);
  });
});
