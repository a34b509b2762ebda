import { afterEach, describe, expect, it } from '@jest/globals';
import { type Future, Graph, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { deferred, rejection, turnOfLoop, until, within } from '../support/waiting.js';

// A run that needs more calls than are looked at in one go finds them in stretches; much may happen in between.
const LARGE = 60_000;

const inc = node((x: number) => x + 1, { name: 'inc' });
const add = node((a: number, b: number) => a + b, { name: 'add' });

function chainOf(length: number, first: Future<number> = inc(0)): Future<number> {
  let chain = first;
  for (let depth = 1; depth < length; depth += 1) chain = inc(chain);
  return chain;
}

/** A call that fails when it is told to. */
function failing() {
  const gate = deferred<number>();
  return { gate, call: node(() => gate.promise, { name: 'fails' })() };
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('runs that find what they need in stretches', () => {
  it('may overlap', async () => {
    const chain = chainOf(LARGE);
    const runs = [chain.resolve(), inc(chain).resolve()];
    await turnOfLoop();
    runs.push(inc(inc(chain)).resolve());
    expect(await Promise.all(runs)).toEqual([LARGE, LARGE + 1, LARGE + 2]);
  });

  it('may be aborted, while others want the same', async () => {
    const chain = chainOf(LARGE);
    const abort = new AbortController();
    const doomed = rejection(chain.resolve({ signal: abort.signal }));
    const other = inc(chain).resolve();
    abort.abort();
    expect(await doomed).toMatchObject({ code: 'DAG_ABORTED' });
    expect(await other).toBe(LARGE + 1);
  });

  it('may be aborted, while nobody wants the same', async () => {
    const abort = new AbortController();
    const doomed = rejection(chainOf(LARGE).resolve({ signal: abort.signal }));
    abort.abort();
    expect(await doomed).toMatchObject({ code: 'DAG_ABORTED' });
    const second = new AbortController();
    const again = rejection(chainOf(LARGE).resolve({ signal: second.signal }));
    await turnOfLoop();
    second.abort();
    expect(await again).toMatchObject({ code: 'DAG_ABORTED' });
  });

  it('may be overtaken by resolveSync', async () => {
    const chain = chainOf(LARGE);
    const run = chain.resolve();
    expect(resolveSync(inc(chain))).toBe(LARGE + 1);
    expect(await run).toBe(LARGE);
  });

  it('meet what was removed, each for itself', async () => {
    const graph = new Graph();
    const removed = graph.run(() => inc(1));
    const chain = chainOf(LARGE, inc(removed));
    graph.remove(removed);
    const runs = [rejection(chain.resolve()), rejection(inc(chain).resolve())];
    for (const error of await Promise.all(runs)) expect(error).toMatchObject({ code: 'DAG_REMOVED' });
  });

  it('leave calls that need nothing removed to others', async () => {
    const graph = new Graph();
    const removed = graph.run(() => inc(1));
    const good = chainOf(10);
    // Looked at before and after what was removed.
    const bad = resolve([good, chainOf(LARGE, inc(removed)), good]);
    graph.remove(removed);
    const other = inc(good).resolve();
    expect(await rejection(bad)).toMatchObject({ code: 'DAG_REMOVED' });
    expect(await within(1000, other)).toBe(11);
  });

  it('go on when what was found already fails, and drop what it alone needed', async () => {
    const { gate, call } = failing();
    const first = rejection(call.resolve());
    await until(() => call.state === 'running');
    // The failing call is met first, and the chain beside it is not needed any more when it fails.
    const doomed = add(chainOf(2 * LARGE), call);
    const run = resolve([chainOf(LARGE), chainOf(LARGE), doomed], { settle: true });
    gate.reject(new Error('no'));
    await first;
    expect((await within(5000, run)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('may want again what was dropped', async () => {
    const { gate, call } = failing();
    const first = rejection(call.resolve());
    await until(() => call.state === 'running');
    const shared = chainOf(2 * LARGE);
    const run = resolve([chainOf(LARGE), add(shared, call)], { settle: true });
    gate.reject(new Error('no'));
    await first;
    const other = resolve([inc(shared), chainOf(10)]);
    expect(await within(5000, other)).toEqual([2 * LARGE + 1, 10]);
    expect((await run).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('may have an estimate that throws, while others want the same', async () => {
    let known = false;
    const estimated = inc.with({
      cost: () => {
        if (known) throw new Error('no');
        return 1;
      },
    });
    const chain = chainOf(LARGE, add(estimated(1), estimated(2)));
    const run = rejection(chain.resolve());
    const other = inc(chain).resolve();
    known = true;
    expect(await run).toMatchObject({ code: 'DAG_OPTION' });
    expect(await within(5000, other)).toBe(LARGE + 5);
  });

  it('give their values by many targets', async () => {
    const values = await resolve(Array.from({ length: LARGE }, (_, index) => inc(index)));
    expect(values[LARGE - 1]).toBe(LARGE);
    expect(values).toHaveLength(LARGE);
  });
});
