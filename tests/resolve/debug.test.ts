import { afterEach, describe, expect, it } from '@jest/globals';
import { alloc, Graph, node, NodeError, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

const make = node((x: number) => Float64Array.of(x, x, x), { name: 'make' });
const write = node(
  (x: Float64Array) => {
    x[1] = 9;
    return x.length;
  },
  { name: 'write' },
);
const fails = node(
  (_?: unknown): number => {
    throw new Error('no');
  },
  { name: 'fails' },
);

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('debug', () => {
  it('finds a body that writes into an input, or into a literal', async () => {
    for (const call of [write(make(1)), write(Float64Array.of(1, 2, 3))]) {
      expect(await rejection(call.resolve({ debug: true }))).toMatchObject({
        code: 'DAG_INPUT_WRITTEN',
        node: 'write',
      });
      expect(await call.resolve()).toBe(3);
    }
  });

  it('finds it deep in containers, after an await, and under resolveSync', async () => {
    const deep = node(
      async ({ list: [first] }: { list: Float64Array[] }) => {
        await turnOfLoop();
        first?.fill(7);
      },
      { name: 'deep' },
    );
    expect(await rejection(deep({ list: [make(1)] }).resolve({ debug: true }))).toMatchObject({
      code: 'DAG_INPUT_WRITTEN',
    });
    expect(() => write(make(1)).resolveSync({ debug: true })).toThrow(
      expect.objectContaining({ code: 'DAG_INPUT_WRITTEN' }),
    );
  });

  it('lets a body write into what it was given by `donate`, into its own memory and into copies', async () => {
    expect(
      await write
        .with({ donate: [0] })(make(1))
        .resolve({ debug: true }),
    ).toBe(3);
    const own = node((x: Float64Array) => alloc(Float64Array, x.length).fill(x[0] ?? 0).length, { name: 'own' });
    expect(await own(make(1)).resolve({ debug: true })).toBe(3);
  });

  it('puts the call site into the error of calls made in bodies and in Graphs that ask for it', async () => {
    const outer = node(() => fails(), { name: 'outer' });
    const error = (await rejection(outer().resolve({ debug: true }))) as NodeError;
    expect(error.callSite).toMatch(/resolve\/debug\.test\.ts:\d+:\d+$/);
    expect(error.message).toContain(`called at ${error.callSite ?? ''}`);
    const inGraph = new Graph({ debug: true }).run(() => fails());
    expect(await rejection(inGraph.resolve())).toMatchObject({ callSite: expect.stringMatching(/debug\.test\.ts/) });
    expect(await rejection(outer().resolve())).toMatchObject({ callSite: undefined });
  });

  it('ends with its run: others are not slowed or poisoned', async () => {
    await make(1).resolve({ debug: true });
    expect(await write(make(1)).resolve()).toBe(3);
  });

  it('holds for inner runs', async () => {
    const outer = node(async () => write(make(1)).resolve(), { name: 'outer' });
    let error = await rejection(outer().resolve({ debug: true }));
    while (error instanceof NodeError && error.code === 'DAG_NODE_FAILED') error = error.cause;
    expect(error).toMatchObject({ code: 'DAG_INPUT_WRITTEN' });
  });

  it('fails the attempt, not the call, where there are more', async () => {
    let tries = 0;
    const once = node(
      (x: Float64Array) => {
        tries += 1;
        if (tries === 1) x.fill(1);
        return tries;
      },
      { name: 'once', retries: 1 },
    );
    expect(await once(make(5)).resolve({ debug: true })).toBe(2);
  });
});

describe('donate', () => {
  const LENGTH = 2000;
  const fill = node((_?: unknown) => alloc(Float64Array, LENGTH).fill(7), { name: 'fill' });
  const seen: ArrayBufferLike[] = [];
  const look = node(
    (x: Float64Array) => {
      seen.push(x.buffer);
      return x;
    },
    { name: 'look' },
  );
  /** Writes into its input, and gives it. */
  const negate = node(
    (x: Float64Array) => {
      seen.push(x.buffer);
      for (let index = 0; index < x.length; index += 1) x[index] = -(x[index] ?? 0);
      return x;
    },
    { name: 'negate', donate: [0] },
  );
  const first = node((x: Float64Array, _?: unknown) => x[0], { name: 'first' });

  afterEach(() => {
    seen.length = 0;
  });

  it('hands memory over in place when nobody else sees it', async () => {
    const buffers: ArrayBufferLike[] = [];
    const watched = node(
      () => {
        const x = alloc(Float64Array, LENGTH).fill(7);
        buffers.push(x.buffer);
        return x;
      },
      { name: 'watched' },
    );
    expect(await first(negate(negate(watched()))).resolve()).toBe(7);
    expect(seen).toEqual([buffers[0], buffers[0]]);
    expect(seen[0]).toBe(buffers[0]);
  });

  it('gives a copy when another call still needs the value', async () => {
    const shared = fill();
    const both = node((a: Float64Array, b: Float64Array) => [a[0], b[0]], { name: 'both' });
    expect(await both(negate(shared), look(shared)).resolve()).toEqual([-7, 7]);
    expect(await both(negate(shared), negate(shared)).resolve()).toEqual([-7, -7]);
  });

  it('gives a copy when the value is taken twice by the call itself', async () => {
    const twice = node(
      (a: Float64Array, b: Float64Array) => {
        a.fill(1);
        return [a[0], b[0]];
      },
      { name: 'twice', donate: [0] },
    );
    const shared = fill();
    expect(await twice(shared, shared).resolve()).toEqual([1, 7]);
  });

  it('gives a copy of a target, a persisted value, a literal, and a view of another value', async () => {
    const target = fill();
    const value = await target.resolve();
    expect(await first(negate(target)).resolve()).toBe(-7);
    expect(value[0]).toBe(7);
    const persisted = fill().persist();
    await first(negate(persisted)).resolve();
    expect((await persisted.resolve())[0]).toBe(7);
    const literal = alloc(Float64Array, 4).fill(3);
    expect(await first(negate(literal)).resolve()).toBe(-3);
    expect(literal[0]).toBe(3);
    const whole = fill();
    const half = node((x: Float64Array) => x.subarray(0, 5), { name: 'half' });
    const pair = node((a: unknown, b: unknown) => [a, b], { name: 'pair' });
    expect(await pair(first(negate(half(whole))), first(whole, negate(half(whole)))).resolve()).toEqual([-7, 7]);
  });

  it('gives a copy while a target of the same run wants the value, too', async () => {
    const input = fill();
    const [kept, negated] = await resolve([input, negate(input)]);
    expect([kept[0], negated[0]]).toEqual([7, -7]);
  });

  it('gives a copy when the call may be tried again', async () => {
    let tries = 0;
    const flaky = node(
      (x: Float64Array) => {
        x.fill(tries);
        tries += 1;
        if (tries === 1) throw new Error('no');
        return x[0];
      },
      { name: 'flaky', donate: [0], retries: 1 },
    );
    const input = fill();
    expect(await flaky(input).resolve()).toBe(1);
  });

  it('gives a copy of ordinary memory, and of views inside containers', async () => {
    const plain = node(() => Float64Array.of(5, 5), { name: 'plain' })();
    const inside = node(
      ({ list }: { list: Float64Array[] }) => {
        for (const view of list) view.fill(1);
        return list.map((view) => view[0]);
      },
      { name: 'inside', donate: [0] },
    );
    const shared = fill();
    expect(await inside({ list: [plain, shared] }).resolve()).toEqual([1, 1]);
    const record = { list: [Float64Array.of(2)] };
    expect(await inside(record).resolve()).toEqual([1]);
    expect(record.list[0]?.[0]).toBe(2);
  });

  it('refuses the position of an argument that the call does not have, without trying again', async () => {
    const call = negate.with({ donate: [0, 3], retries: 5 })(fill());
    expect(await rejection(call.resolve())).toMatchObject({ code: 'DAG_DONATE', node: 'negate' });
    expect(() => resolveSync(call)).toThrow(expect.objectContaining({ code: 'DAG_DONATE' }));
  });
});
