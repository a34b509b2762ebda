import { afterEach, describe, expect, it } from '@jest/globals';
import { asCompleted, currentCall, DagError, node, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Recorder } from '../support/recorder.js';
import { deferred, rejection, turnOfLoop, until } from '../support/waiting.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });

/** A node whose calls end when they are told to, and that tells when they begin. */
function gated() {
  const gate = deferred<number>();
  const signals: AbortSignal[] = [];
  const body = node(
    () => {
      const call = currentCall();
      if (call !== undefined) signals.push(call.signal);
      return gate.promise;
    },
    { name: 'gated' },
  );
  return { gate, signals, body };
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('abort', () => {
  it('before the run begins rejects without running anything', async () => {
    let ran = 0;
    const count = node(() => (ran += 1), { name: 'count' });
    const call = count();
    const error = await rejection(call.resolve({ signal: AbortSignal.abort('early') }));
    expect(error).toBeInstanceOf(DagError);
    expect(error).toMatchObject({ name: 'AbortError', code: 'DAG_ABORTED', cause: 'early' });
    expect([ran, call.state]).toEqual([0, 'idle']);
  });

  it('of a synchronous run, too', () => {
    expect(() => add(1, 2).resolveSync({ signal: AbortSignal.abort() })).toThrow(
      expect.objectContaining({ name: 'AbortError', code: 'DAG_ABORTED' }),
    );
  });

  it('between resolve() and the first body runs nothing', async () => {
    let ran = 0;
    const count = node(() => (ran += 1), { name: 'count' });
    const abort = new AbortController();
    const run = rejection(count().resolve({ signal: abort.signal }));
    abort.abort();
    expect(await run).toMatchObject({ code: 'DAG_ABORTED' });
    expect(ran).toBe(0);
  });

  it('while bodies run rejects at once, tells their signals, and returns the calls to idle', async () => {
    const { signals, body } = gated();
    const running = body();
    const waiting = add(running, 1);
    const abort = new AbortController();
    const run = rejection(waiting.resolve({ signal: abort.signal }));
    await until(() => signals.length === 1);
    expect([running.state, waiting.state]).toEqual(['running', 'waiting']);
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await run).toMatchObject({ code: 'DAG_ABORTED', cause: reason });
    expect([running.state, waiting.state]).toEqual(['idle', 'idle']);
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'DAG_ABORTED', cause: reason });
  });

  it('discards what the body still gives', async () => {
    const { gate, signals, body } = gated();
    const call = body();
    const abort = new AbortController();
    const run = rejection(call.resolve({ signal: abort.signal }));
    await until(() => signals.length === 1);
    abort.abort();
    await run;
    gate.resolve(5);
    await turnOfLoop();
    expect(call.state).toBe('idle');
    expect(await call.resolve()).toBe(5);
  });

  it('leaves no rejection of an aborted body unhandled', async () => {
    const unhandled: unknown[] = [];
    const heard = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', heard);
    const { gate, signals, body } = gated();
    const abort = new AbortController();
    const run = rejection(body().resolve({ signal: abort.signal }));
    await until(() => signals.length === 1);
    abort.abort();
    await run;
    gate.reject(new Error('late'));
    await turnOfLoop();
    process.off('unhandledRejection', heard);
    expect(unhandled).toEqual([]);
  });

  it('after the run changes nothing', async () => {
    const abort = new AbortController();
    const call = add(1, 2);
    expect(await call.resolve({ signal: abort.signal })).toBe(3);
    abort.abort();
    expect(call.state).toBe('done');
    expect(await call.resolve()).toBe(3);
  });

  it('in the middle of a long synchronous run is seen when the event loop goes round', async () => {
    let ran = 0;
    const step = node(
      (x: number) => {
        ran += 1;
        const start = performance.now();
        while (performance.now() - start < 0.1);
        return x + 1;
      },
      { name: 'step' },
    );
    let chain = step(0);
    for (let length = 0; length < 3000; length += 1) chain = step(chain);
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 5);
    expect(await rejection(chain.resolve({ signal: abort.signal }))).toMatchObject({ code: 'DAG_ABORTED' });
    expect(ran).toBeGreaterThan(0);
    expect(ran).toBeLessThan(3000);
  });

  it('in a synchronous body discards its result when it returns', async () => {
    const abort = new AbortController();
    const body = node(
      () => {
        abort.abort();
        return 5;
      },
      { name: 'body' },
    );
    const call = body();
    expect(await rejection(call.resolve({ signal: abort.signal }))).toMatchObject({ code: 'DAG_ABORTED' });
    expect(call.state).toBe('idle');
  });

  it('releases what was there already', async () => {
    const { signals, body } = gated();
    const input = add(1, 2);
    const abort = new AbortController();
    const both = node((a: number, b: number) => a + b, { name: 'both' });
    const run = rejection(both(input, body()).resolve({ signal: abort.signal }));
    await until(() => signals.length === 1);
    abort.abort();
    await run;
    expect(input.state).toBe('released');
  });

  it('is told as events', async () => {
    const { signals, body } = gated();
    const recorder = new Recorder();
    const abort = new AbortController();
    const run = rejection(add(body(), 1).resolve({ signal: abort.signal, onEvent: recorder.listen }));
    await until(() => signals.length === 1);
    abort.abort();
    await run;
    expect(recorder.lines('skipped', 'aborted', 'run-finished')).toEqual([
      'skipped add',
      'aborted gated',
      'run-finished',
    ]);
  });

  it('stops the wait for another attempt', async () => {
    const fails = node(
      (): number => {
        throw new Error('no');
      },
      { name: 'fails', retries: 5, retryDelay: 100_000 },
    );
    const abort = new AbortController();
    const call = fails();
    const run = rejection(call.resolve({ signal: abort.signal }));
    await until(() => call.state === 'waiting');
    await turnOfLoop();
    abort.abort();
    expect(await run).toMatchObject({ code: 'DAG_ABORTED' });
  });

  it('also with settle rejects the whole run', async () => {
    const { signals, body } = gated();
    const abort = new AbortController();
    const run = rejection(resolve([body(), add(1, 2)], { settle: true, signal: abort.signal }));
    await until(() => signals.length === 1);
    abort.abort();
    expect(await run).toMatchObject({ code: 'DAG_ABORTED' });
  });
});

describe('an abort of one of two runs that want the same call', () => {
  it('leaves the call to the other, whichever began it', async () => {
    for (const first of [true, false]) {
      const { gate, signals, body } = gated();
      const call = body();
      const abort = new AbortController();
      const aborted = { signal: abort.signal };
      const one = call.resolve(first ? aborted : {});
      const two = call.resolve(first ? {} : aborted);
      const [doomed, other] = first ? [one, two] : [two, one];
      const error = rejection(doomed);
      await until(() => signals.length === 1);
      abort.abort();
      expect(await error).toMatchObject({ code: 'DAG_ABORTED' });
      expect(signals[0]?.aborted).toBe(false);
      expect(call.state).toBe('running');
      gate.resolve(7);
      expect(await other).toBe(7);
      expect(signals).toHaveLength(1);
    }
  });

  it('lets what only the aborted run wanted go', async () => {
    const shared = gated();
    const own = gated();
    const abort = new AbortController();
    const call = shared.body();
    const doomed = rejection(resolve([add(call, own.body())], { signal: abort.signal }));
    const other = add(call, 1).resolve();
    await until(() => shared.signals.length === 1 && own.signals.length === 1);
    abort.abort();
    await doomed;
    expect([shared.signals[0]?.aborted, own.signals[0]?.aborted]).toEqual([false, true]);
    shared.gate.resolve(1);
    expect(await other).toBe(2);
  });

  it('lets calls that the aborted run’s bodies make run for the other', async () => {
    const { gate, signals, body } = gated();
    const outer = node(async () => add(await body.body(), add(1, 1)), { name: 'outer' });
    const call = outer();
    const abort = new AbortController();
    const doomed = rejection(call.resolve({ signal: abort.signal, concurrency: 1 }));
    const other = call.resolve();
    await until(() => signals.length === 1);
    abort.abort();
    await doomed;
    gate.resolve(3);
    expect(await other).toBe(5);
  });

  it('aborts the call when the last of them is aborted', async () => {
    const { signals, body } = gated();
    const call = body();
    const aborts = [new AbortController(), new AbortController()];
    const runs = aborts.map(({ signal }) => rejection(call.resolve({ signal })));
    await until(() => signals.length === 1);
    aborts[0]?.abort();
    await runs[0];
    expect(signals[0]?.aborted).toBe(false);
    aborts[1]?.abort();
    await runs[1];
    expect(signals[0]?.aborted).toBe(true);
    expect(call.state).toBe('idle');
  });

  it('one signal for both aborts both', async () => {
    const { signals, body } = gated();
    const call = body();
    const abort = new AbortController();
    const { signal } = abort;
    const runs = [rejection(call.resolve({ signal })), rejection(add(call, 1).resolve({ signal }))];
    await until(() => signals.length === 1);
    abort.abort('both');
    for (const error of await Promise.all(runs)) expect(error).toMatchObject({ code: 'DAG_ABORTED', cause: 'both' });
    expect(call.state).toBe('idle');
  });

  it('stops runaway calls of an aborted run that the other wants at maxCalls', async () => {
    const abort = new AbortController();
    let made = 0;
    const endless: (n: number) => ReturnType<typeof add> = node(
      (n: number) => {
        made += 1;
        if (made === 50) abort.abort();
        return endless(n + 1);
      },
      { name: 'endless' },
    );
    const call = endless(0);
    const doomed = rejection(call.resolve({ signal: abort.signal, maxCalls: 100 }));
    const other = rejection(call.resolve());
    expect(await doomed).toMatchObject({ code: 'DAG_ABORTED' });
    expect(await other).toMatchObject({ code: 'DAG_MAX_CALLS' });
    expect(made).toBeLessThan(200);
  });
});

describe('asCompleted with a signal', () => {
  it('throws the abort into the loop after what finished before', async () => {
    const { signals, body } = gated();
    const abort = new AbortController();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const [index] of asCompleted([body(), add(1, 2)], { signal: abort.signal })) {
        seen.push(index);
        abort.abort();
      }
    })();
    expect(await rejection(loop)).toMatchObject({ code: 'DAG_ABORTED' });
    expect(seen).toEqual([1]);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});
