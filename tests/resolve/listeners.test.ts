import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/index.js';
import { currentCall, Graph, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { root } from '../support/paths.js';
import { deferred, rejection, turnOfLoop, within } from '../support/waiting.js';

const run = promisify(execFile);
const make = node((x: number) => x, { name: 'make' });
const add = node((a: number, b: number) => a + b, { name: 'add' });
const slow = node(
  async (x: number) => {
    await turnOfLoop();
    return x;
  },
  { name: 'slow' },
);
const nested = node((x: number) => add(make(x), slow(1)), { name: 'nested' });

/** A graph that brings about most kinds of events. */
function target() {
  const shared = make(1);
  return add(nested(shared), add(shared, slow(2)));
}

const types: RunEvent['type'][] = [
  'run-started',
  'activated',
  'started',
  'finished',
  'expanded',
  'still-needed',
  'released',
  'deactivated',
];

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe.each(types)('a listener that hears `%s`', (type) => {
  it('may abort the run', async () => {
    const abort = new AbortController();
    const call = target();
    const error = await rejection(
      call.resolve({
        signal: abort.signal,
        onEvent: (event) => {
          if (event.type === type) abort.abort();
        },
      }),
    );
    expect(error).toMatchObject({ code: 'DAG_ABORTED' });
    expect(await within(1000, call.resolve())).toBe(5);
  });

  it('may begin other runs', async () => {
    const others: Promise<number>[] = [];
    const call = target();
    const value = await within(
      1000,
      call.resolve({
        onEvent: (event) => {
          if (event.type === type) others.push(target().resolve());
        },
      }),
    );
    expect(value).toBe(5);
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(await within(1000, Promise.all(others)))).toEqual(new Set([5]));
  });

  it('may resolve the call that it hears of', async () => {
    const others: Promise<unknown>[] = [];
    const value = await within(
      1000,
      target().resolve({
        onEvent: (event) => {
          if (event.type === type && 'future' in event) others.push(event.future.resolve());
        },
      }),
    );
    expect(value).toBe(5);
    expect((await within(1000, Promise.all(others))).every((other) => typeof other === 'number')).toBe(true);
  });

  it('may release the call that it hears of, which the run still gets what it needs from', async () => {
    const value = await within(
      1000,
      target().resolve({
        onEvent: (event) => {
          if (event.type === type && 'future' in event) event.future.release();
        },
      }),
    );
    expect(value).toBe(5);
  });

  it('is in no body and in no Graph', async () => {
    const seen: unknown[] = [];
    const graph = new Graph();
    await graph.run(async () =>
      target().resolve({
        onEvent: (event) => {
          if (event.type !== type) return;
          seen.push(currentCall());
          make(0);
        },
      }),
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([undefined]));
    expect(graph.futures.filter((future) => future.state === 'idle')).toEqual([]);
  });

  it('is told that it cannot resolve at once', async () => {
    const errors: unknown[] = [];
    const value = await target().resolve({
      onEvent: (event) => {
        if (event.type !== type) return;
        try {
          resolveSync(make(1));
        } catch (error) {
          errors.push((error as { code: string }).code);
        }
      },
    });
    expect(value).toBe(5);
    expect(new Set(errors)).toEqual(new Set(['DAG_ASYNC_NODE']));
  });
});

describe('a listener of an aborted body’s signal', () => {
  it('may begin and abort runs', async () => {
    const outer = new AbortController();
    const inner = new AbortController();
    const others: Promise<unknown>[] = [];
    const patient = node(
      async () => {
        await new Promise((resume) => {
          currentCall()?.signal.addEventListener('abort', () => {
            inner.abort();
            others.push(target().resolve(), slow(5).resolve());
            resume(undefined);
          });
        });
        return 7;
      },
      { name: 'patient' },
    )();
    const gate = deferred<number>();
    const gated = node(() => gate.promise, { name: 'gated' });
    const other = rejection(gated().resolve({ signal: inner.signal }));
    const aborted = rejection(resolve([patient, gated(), slow(3)], { signal: outer.signal }));
    await turnOfLoop();
    outer.abort();
    expect(await aborted).toMatchObject({ code: 'DAG_ABORTED' });
    expect(await other).toMatchObject({ code: 'DAG_ABORTED' });
    expect(await within(1000, Promise.all(others))).toEqual([5, 5]);
  });
});

describe('a listener that throws', () => {
  it('changes nothing for the run, and is told as an uncaught exception', async () => {
    const thrown: string[] = [];
    const boom = 'thrown by a listener';
    const script = `
      import { node } from ${JSON.stringify(pathToFileURL(join(root, 'dist', 'index.js')).href)};
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      const throwing = () => { throw new Error(${JSON.stringify(boom)}); };
      for (const options of [{ onEvent: throwing }, { progress: throwing }, { verbose: { log: throwing } }]) {
        console.log('value', await node((x) => x)(5).resolve(options));
      }`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    thrown.push(...stdout.trim().split('\n'));
    expect(thrown.filter((line) => line === 'value 5')).toHaveLength(3);
    expect(thrown.filter((line) => line === `uncaught ${boom}`).length).toBeGreaterThan(3);
    expect(new Set(thrown)).toEqual(new Set(['value 5', `uncaught ${boom}`]));
  });
});
