import { describe, expect, it } from '@jest/globals';
import { Graph, node, resolve, type Executor, type RunEvent } from '../../src/index.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });

describe('a Graph', () => {
  it('records the calls made inside run(), also after an await, and in bodies', async () => {
    const graph = new Graph({ name: 'g' });
    const outer = node((x: number) => add(x, 1), { name: 'outer' });
    const future = await graph.run(async () => {
      await Promise.resolve();
      return { call: outer(1) };
    });
    add(5, 5);
    expect(graph.futures).toHaveLength(1);
    expect(await future.call.resolve()).toBe(2);
    expect(graph.futures).toHaveLength(2);
  });

  it('resolves what nobody takes, effects included', async () => {
    const graph = new Graph();
    const seen: number[] = [];
    const note = node((x: number) => seen.push(x), { effect: true });
    graph.run(() => {
      const a = add(1, 2);
      note(a);
      return add(a, 1);
    });
    expect(await graph.resolve()).toEqual([1, 4]);
    expect(seen).toEqual([3]);
    expect(await graph.resolve(undefined, { concurrency: 1 })).toEqual([1, 4]);
  });

  it('forgets removed calls, also by one of their outputs', async () => {
    const graph = new Graph({ memo: true });
    const [a, b] = graph.run(() => [add(1, 2), add(1, 2)] as const);
    expect(a).toBe(b);
    const end = graph.run(() => add(a, 1));
    graph.remove(a);
    await expect(end.resolve()).rejects.toMatchObject({ code: 'DAG_REMOVED' });
    expect(() => {
      graph.remove(a);
    }).toThrow(expect.objectContaining({ code: 'DAG_REMOVED' }));
    expect(graph.run(() => add(1, 2))).not.toBe(a);
    const [low] = graph.run(() => node(() => [1, 2] as const, { outputs: 2 })());
    graph.remove(low);
    await expect(low.resolve()).rejects.toMatchObject({ code: 'DAG_REMOVED' });
    expect(() => {
      graph.remove(3 as never);
    }).toThrow(expect.objectContaining({ code: 'DAG_REMOVED' }));
  });

  it('replaces the nested calls of a body that runs again', async () => {
    const graph = new Graph();
    const inner = node((x: number) => add(x, 1), { name: 'inner' });
    const outer = graph.run(() => node((x: number) => add(inner(x), inner(x + 1)), { name: 'outer' })(1));
    await outer.resolve();
    const made = graph.futures.length;
    outer.release();
    await outer.resolve();
    expect(graph.futures).toHaveLength(made);
    const memo = new Graph({ memo: true });
    const again = memo.run(() => inner(1));
    await again.resolve();
    again.release();
    await again.resolve();
    expect(memo.futures).toHaveLength(2);
  });

  it('persists all of its calls when asked to', async () => {
    const graph = new Graph({ persist: true });
    const [middle, end] = graph.run(() => {
      const inner = add(1, 1);
      return [inner, add(inner, 1)] as const;
    });
    await end.resolve();
    expect(middle.state).toBe('done');
  });

  it('tells listeners about its calls until they are taken off', async () => {
    const graph = new Graph();
    const types: string[] = [];
    const listener = (event: RunEvent): void => {
      types.push(event.type);
    };
    const stop = graph.on('event', listener);
    await graph.run(() => add(1, 2)).resolve();
    expect(types).toEqual(['run-started', 'activated', 'started', 'finished', 'deactivated', 'run-finished']);
    stop();
    graph.off('event', listener);
    await graph.run(() => add(1, 2)).resolve();
    expect(types).toHaveLength(6);
  });

  it('runs bodies on its executor', async () => {
    const answer: Executor = {
      name: 'answer',
      workers: 1,
      open: (host) => ({
        takes: () => true,
        full: false,
        bundle: 0,
        submit: (job) => {
          host.finished(job, 42, undefined);
        },
        follow: () => false,
        flush: () => undefined,
        linger: () => undefined,
        cancel: () => undefined,
        poll: () => undefined,
        close: () => undefined,
      }),
    };
    const graph = new Graph({ executor: answer });
    const future = graph.run(() => add(1, 2));
    expect(await graph.resolve(future)).toBe(42);
  });

  it('tells what happens, line by line', async () => {
    const lines: string[] = [];
    const graph = new Graph({
      verbose: { log: (line) => lines.push(line.replace(/_\d+/g, '_n').replace(/[\d.]+ ms/, 't')) },
    });
    let attempts = 0;
    const { end, outer } = graph.run(() => {
      const first = node(() => new Float64Array(10), { name: 'first' })();
      const left = node((x: Float64Array) => x.length, { name: 'left' })(first);
      const right = node((x: Float64Array, y: number) => x.length + y, { name: 'right' })(first, left);
      const flaky = node(
        () => {
          attempts += 1;
          if (attempts === 1) throw new Error('once');
          return 1;
        },
        { name: 'flaky', retries: 1 },
      )();
      return { end: add(right, flaky), outer: node(() => add(1, 1), { name: 'outer' })() };
    });
    await resolve([end, outer]);
    for (const line of [
      'computing 2 targets',
      'first_n activated',
      'running first_n',
      'value of first_n still needed at right_n',
      'value of first_n released (80 bytes)',
      'flaky_n is tried again after attempt 1',
      'running flaky_n, attempt 2',
      'outer_n waits for the calls it made',
      'left_n deactivated',
      'computed in t',
    ]) {
      expect(lines).toContain(line);
    }
    await end.resolve();
    expect(lines).toContain('add_n has its value already');
    const bad = graph.run(() =>
      add(
        node(
          (): number => {
            throw new Error('x');
          },
          { name: 'bad' },
        )(),
        1,
      ),
    );
    await expect(bad.resolve()).rejects.toThrow('x');
    expect(lines.some((line) => line.startsWith('bad_n failed: NodeError'))).toBe(true);
    expect(lines).toContain('add_n skipped');
    expect(lines).toContain('computed in t, failed');
    const controller = new AbortController();
    const never = graph.run(() => node(() => new Promise(() => undefined), { name: 'never' })());
    const run = never.resolve({ signal: controller.signal });
    setImmediate(() => {
      controller.abort();
    });
    await expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED' });
    expect(lines).toContain('never_n aborted');
  });
});

describe('memo', () => {
  it('takes primitives by Object.is, objects by identity and containers by structure', () => {
    const graph = new Graph();
    const f = node((...args: unknown[]) => args, { memo: true, name: 'f' });
    const same = (a: unknown[], b: unknown[]): boolean => graph.run(() => f(...a) === f(...b));
    const object = new Date();
    const shared = add(1, 2);
    const mark = Symbol('a');
    expect(same([1, 'a', null, undefined, true, 2n], [1, 'a', null, undefined, true, 2n])).toBe(true);
    expect(same([Number.NaN], [Number.NaN])).toBe(true);
    expect(same([0], [-0])).toBe(false);
    expect(same([1], ['1'])).toBe(false);
    expect(same([object], [object])).toBe(true);
    expect(same([new Date(0)], [new Date(0)])).toBe(false);
    expect(same([mark], [mark])).toBe(true);
    expect(same([mark], [Symbol('a')])).toBe(false);
    expect(same([{ a: 1, b: [2, shared] }], [{ b: [2, shared], a: 1 }])).toBe(true);
    expect(same([{ a: [1, 2] }], [{ a: [[1], 2] }])).toBe(false);
    expect(same([new Map([['k', 1]]), new Set([1])], [new Map([['k', 1]]), new Set([1])])).toBe(true);
    expect(same([add], [add])).toBe(true);
    const ring: unknown[] = [];
    ring.push(ring);
    expect(same([ring], [ring])).toBe(true);
  });

  it('shares outputs, keeps persist, and does nothing outside a Graph or with effect', async () => {
    const graph = new Graph({ memo: true });
    const pair = node(() => [1, 2] as const, { outputs: 2, memo: true });
    expect(graph.run(() => pair()[0] === pair()[0])).toBe(true);
    expect(pair()[0]).not.toBe(pair()[0]);
    const once = node(() => 1, { memo: true });
    expect(once()).not.toBe(once());
    const plain = graph.run(() => once());
    expect(graph.run(() => once.with({ persist: true })())).toBe(plain);
    await graph.run(() => add(plain, 1)).resolve();
    expect(plain.state).toBe('done');
    const effect = node(() => 1, { effect: true });
    expect(graph.run(() => effect() === effect())).toBe(false);
  });
});
