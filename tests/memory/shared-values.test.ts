import { afterEach, describe, expect, it } from '@jest/globals';
import type { Future } from '../../src/index.js';
import { alloc, Graph, node, resolve } from '../../src/index.js';
import { blocks } from '../../src/memory/blocks.js';
import { resolver } from '../../src/resolve/resolve.js';
import { collectGarbage } from '../support/garbage.js';
import { Recorder } from '../support/recorder.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

const LENGTH = 20_000;

const sevens = node((_?: unknown) => alloc(Float64Array, LENGTH).fill(7), { name: 'sevens' });
/** Takes as many blocks of the same size as could have been recycled, and writes to them. */
const overwrite = node(
  (_?: unknown) => {
    for (let count = 0; count < 6; count += 1) alloc(Float64Array, LENGTH).fill(-1);
    return 0;
  },
  { name: 'overwrite' },
);
const second = node(<T>(_: unknown, value: T): T => value, { name: 'second' }) as <T>(
  _: unknown,
  value: Future<T>,
) => Future<T>;

/** `value`, and not before memory that was recycled by then has been written to. */
function late<T>(value: Future<T>): Future<T> {
  return second(overwrite(value), value);
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('a value that shares memory with one that was released', () => {
  it('keeps it: a body that returns its input', async () => {
    const same = node((x: Float64Array) => x, { name: 'same' });
    expect((await late(same(sevens())).resolve()).every((x) => x === 7)).toBe(true);
  });

  it('keeps it: a body that returns a part of its input', async () => {
    const half = node((x: Float64Array) => x.subarray(0, LENGTH / 2), { name: 'half' });
    expect((await late(half(half(sevens()))).resolve()).every((x) => x === 7)).toBe(true);
  });

  it('keeps it: parts inside containers', async () => {
    const rows = node(
      (x: Float64Array) => ({ list: [x.subarray(0, 2)], map: new Map([['bytes', new Uint8Array(x.buffer, 0, 8)]]) }),
      { name: 'rows' },
    );
    const { list, map } = await late(rows(sevens())).resolve();
    expect(list[0]).toEqual(Float64Array.of(7, 7));
    expect(map.get('bytes')).toEqual(new Uint8Array(Float64Array.of(7).buffer));
  });

  it('keeps it: one of several outputs', async () => {
    const split = node((x: Float64Array) => [x.subarray(0, 5), x.subarray(5)] as const, { name: 'split', outputs: 2 });
    const [head, tail] = split(sevens());
    const count = node((x: Float64Array) => x.length, { name: 'count' });
    const results = await resolve([second(count(tail), late(head)), count(tail)]);
    expect(results[0]).toEqual(new Float64Array(5).fill(7));
    expect(results[1]).toBe(LENGTH - 5);
  });

  it('keeps it: an expansion that ends in another call', async () => {
    const outer = node((x: Float64Array): Future<Float64Array> => inner(x), { name: 'outer' });
    const inner = node((x: Float64Array) => x.subarray(1), { name: 'inner' });
    expect((await late(outer(sevens())).resolve()).every((x) => x === 7)).toBe(true);
  });

  it('keeps it: a part taken with at()', async () => {
    const record = node((x: Float64Array) => ({ x, y: [x.subarray(3)] }), { name: 'record' });
    expect((await late(record(sevens()).at('y').at(0)).resolve()).every((x) => x === 7)).toBe(true);
  });

  it('keeps it: a class instance with a private field', async () => {
    class Holder {
      readonly #x: Float64Array;
      constructor(x: Float64Array) {
        this.#x = x;
      }
      get first(): number | undefined {
        return this.#x[0];
      }
    }
    const wrap = node((x: Float64Array) => new Holder(x), { name: 'wrap' });
    expect((await late(wrap(sevens())).resolve()).first).toBe(7);
  });

  it('keeps it: a function that has it in its closure', async () => {
    const wrap = node((x: Float64Array) => () => x[0], { name: 'wrap' });
    expect((await late(wrap(sevens())).resolve())()).toBe(7);
    const inside = node((x: Float64Array) => ({ read: () => x[0] }), { name: 'inside' });
    expect((await late(inside(sevens())).resolve()).read()).toBe(7);
  });

  it('keeps it: an iterator over it', async () => {
    const walk = node((x: Float64Array) => x.values(), { name: 'walk' });
    const [first] = await late(walk(sevens())).resolve();
    expect(first).toBe(7);
  });

  it('keeps it: a call made in a body that returns a function', async () => {
    const reader = node((x: Float64Array) => () => x[0], { name: 'reader' });
    const outer = node((x: Float64Array): Future<() => number | undefined> => reader(x.subarray(2)), { name: 'outer' });
    expect((await late(outer(sevens())).resolve())()).toBe(7);
  });
});

describe('memory', () => {
  it('is recycled when the last value on it is released: a chain uses two blocks', async () => {
    blocks.trim();
    const step = node(
      (x: Float64Array) => {
        const y = alloc(Float64Array, x.length);
        for (let index = 0; index < x.length; index += 1) y[index] = (x[index] ?? 0) + 1;
        return y;
      },
      { name: 'step' },
    );
    await collectGarbage();
    blocks.trim();
    const { mappedBytes } = blocks.stats;
    let chain = sevens();
    for (let length = 0; length < 50; length += 1) chain = step(chain);
    const last = await chain.resolve();
    expect(last[LENGTH - 1]).toBe(57);
    expect(blocks.stats.mappedBytes - mappedBytes).toBeLessThan(2.5 * 8 * LENGTH);
  });

  it('of a result in the user’s hands is not recycled by later runs', async () => {
    const mine = await sevens().resolve();
    await overwrite().resolve();
    expect(mine.every((x) => x === 7)).toBe(true);
  });

  it('of a result is recycled at once when it is released', async () => {
    const call = sevens();
    await call.resolve();
    const { liveBlocks } = blocks.stats;
    call.release();
    expect(blocks.stats.liveBlocks).toBe(liveBlocks - 1);
  });

  it('of a result that calls still need is recycled at their end', async () => {
    const call = sevens();
    await call.resolve();
    const use = node(
      async (x: Float64Array) => {
        await turnOfLoop();
        call.release();
        await turnOfLoop();
        await overwrite().resolve();
        return x.every((value) => value === 7);
      },
      { name: 'use' },
    );
    const run = use(call).resolve();
    expect(await run).toBe(true);
    expect(call.state).toBe('released');
  });

  it('of failed and aborted calls comes back when it is collected', async () => {
    await collectGarbage();
    const { liveBlocks } = blocks.stats;
    const fails = node(
      (): number => {
        alloc(Float64Array, LENGTH);
        throw new Error('no');
      },
      { name: 'fails' },
    );
    await rejection(fails().resolve());
    for (let round = 0; round < 10 && blocks.stats.liveBlocks > liveBlocks; round += 1) await collectGarbage();
    expect(blocks.stats.liveBlocks).toBeLessThanOrEqual(liveBlocks);
  });

  it('is poisoned in a debug run when it is released', async () => {
    const kept: Float64Array[] = [];
    const leak = node(
      (x: Float64Array) => {
        kept.push(x);
        return 1;
      },
      { name: 'leak' },
    );
    await leak(sevens()).resolve({ debug: true });
    expect(kept[0]?.every(Number.isNaN)).toBe(true);
    await leak(sevens()).resolve();
    expect(kept[1]?.some(Number.isNaN)).toBe(false);
  });

  it('is told in bytes by the events of its value', async () => {
    const recorder = new Recorder();
    const count = node((x: Float64Array) => x.length, { name: 'count' });
    await count(sevens()).resolve({ onEvent: recorder.listen });
    const bytes = recorder.events.flatMap((event) => ('bytes' in event ? [[event.type, event.name, event.bytes]] : []));
    expect(bytes).toEqual([
      ['finished', 'sevens', 8 * LENGTH],
      ['finished', 'count', 0],
      ['released', 'sevens', 8 * LENGTH],
    ]);
  });
});

describe('copy: true', () => {
  it('gives results in ordinary memory, deep in containers, and leaves the value as it is', async () => {
    const call = sevens();
    const record = node((x: Float64Array) => ({ list: [x.subarray(0, 3)] }), { name: 'record' })(call);
    const copied = await resolve({ call, record }, { copy: true });
    expect(copied.call.buffer).toBeInstanceOf(ArrayBuffer);
    expect(copied.record.list[0]?.buffer.byteLength).toBe(24);
    copied.call.fill(0);
    expect((await call.resolve())[0]).toBe(7);
  });

  it('goes with settle, resolveSync and asCompleted', async () => {
    const [settled] = await resolve([sevens()], { copy: true, settle: true });
    expect(settled.status === 'fulfilled' && settled.value.buffer).toBeInstanceOf(ArrayBuffer);
    expect(sevens().resolveSync({ copy: true }).buffer).toBeInstanceOf(ArrayBuffer);
    const { asCompleted } = await import('../../src/index.js');
    for await (const [, value] of asCompleted([sevens()], { copy: true }))
      expect(value.buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe('a call that a body made, resolved again later', () => {
  // Its literal argument lies on memory that was recycled when the body's input was released: the value is silently
  // another. Memory behind literals of calls that a Graph (or anybody) still holds would have to stay until collected.
  it.failing('reads what the body gave it', async () => {
    const graph = new Graph();
    const first = node((x: Float64Array) => x[0], { name: 'first' });
    const outer = node((x: Float64Array): Future<number | undefined> => first(x.subarray(0, 1)), { name: 'outer' });
    const target = graph.run(() => outer(sevens()));
    await target.resolve();
    await overwrite().resolve();
    const made = graph.futures.find((future) => future._spec.name === 'first');
    expect(await made?.resolve()).toBe(7);
  });
});
