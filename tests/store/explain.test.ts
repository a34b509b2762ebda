import { describe, expect, test } from '@jest/globals';
import { node, type NodeFunction } from '../../src/index.js';
import type { Future } from '../../src/graph/future.js';
import { explain } from '../../src/store/index.js';
import { localKeyBook } from '../../src/store/key/book.js';
import { changeSince } from '../../src/store/key/compare.js';
import type { EntryFacts } from '../../src/graph/store.js';
import { PaperStore } from './paper-store.js';

const parse = (text: string): number => text.length;
const combine = (data: number, settings: unknown): unknown => [data, settings];
const load = node(parse, { name: 'load', version: '1' });
const fit = node(combine, { name: 'fit', version: '1' });
const place = 'lazydag:tests/store/explain.test.ts';

await localKeyBook.open();

/** Puts what the result of a call would be told of. */
async function keep(store: PaperStore, future: Future, facts: EntryFacts = {}): Promise<string> {
  const keys = localKeyBook.begin('xxh128');
  const key = keys.keyOf(future);
  await store.put(key, undefined, { ...keys.factsOf(future), ...facts });
  return key;
}

describe('explain()', () => {
  test('tells of a hit, without counting it as a use', async () => {
    const store = new PaperStore();
    const key = await keep(store, fit(1, 2));
    expect(await explain(fit(1, 2), store)).toEqual({
      status: 'hit',
      key,
      node: `${place}#fit`,
      message: 'The result of fit is stored.',
    });
    expect(store.uses).toBe(0);
    expect(store.isOpen).toBe(true);
  });

  test('what was never stored', async () => {
    const store = new PaperStore();
    const explanation = await explain(fit(1, 2).persist('disk'), store);
    expect(explanation).toMatchObject({ status: 'miss', reason: 'never stored' });
    expect(explanation).not.toHaveProperty('persists');
    expect(explanation.message).toBe('No result of fit is stored: none ever was.');
  });

  test('what never will be stored', async () => {
    const { reason, message } = await explain(fit(1, 2), new PaperStore());
    expect(reason).toBe('never stored');
    expect(message).toBe(
      "No result of fit is stored: the call does not persist; give it, or its node, `persist: 'disk'`.",
    );
    const { message: kept } = await explain(
      node(parse, { name: 'kept', version: '1', persist: 'disk' })(''),
      new PaperStore(),
    );
    expect(kept).toContain('none ever was');
  });

  test('another version', async () => {
    const store = new PaperStore();
    await keep(store, node(combine, { name: 'fit', version: '0' })(1, 2));
    const explanation = await explain(fit(1, 2), store);
    expect(explanation).toMatchObject({ reason: 'version changed' });
    expect(explanation.message).toBe('No result of fit is stored: its version has changed.');
  });

  test('another source, and the file that changed', async () => {
    const store = new PaperStore();
    const sourced = node(combine, { name: 'sourced' });
    const facts = localKeyBook.begin('xxh128').factsOf(sourced(1, 2));
    const { stamp, files = {} } = facts;
    if (stamp === undefined) throw new Error('there is no stamp');
    expect(Object.keys(files)).toContain('src/store/explain.ts');
    const before = {
      ...facts,
      stamp: { ...stamp, source: 'imports:0' },
      files: { ...files, 'src/store/explain.ts': '0', 'gone.ts': '1' },
    };
    await store.put('an earlier key', undefined, before);
    const explanation = await explain(sourced(1, 2), store);
    expect(explanation).toMatchObject({ reason: 'source changed', file: 'src/store/explain.ts' });
    expect(explanation.message).toBe('No result of sourced is stored: its source has changed (src/store/explain.ts).');
  });

  test('another argument, the most similar result first', async () => {
    const store = new PaperStore();
    await keep(store, fit(1, { rate: 2 }));
    await keep(store, fit(5, { rate: 6 }));
    const explanation = await explain(fit(1, { rate: 3 }), store);
    expect(explanation).toMatchObject({ reason: 'argument changed', argument: 1 });
    expect(explanation).not.toHaveProperty('why');
    expect(explanation.message).toBe('No result of fit is stored: argument 1 has changed.');
  });

  test('an argument that is a call, and why it is another one', async () => {
    const store = new PaperStore();
    await keep(store, load('a'));
    await keep(store, load('something else'));
    await keep(store, fit(load('a'), 2));
    const explanation = await explain(fit(load('b'), 2), store);
    expect(explanation).toMatchObject({
      reason: 'argument changed',
      argument: 0,
      from: 'load',
      why: { status: 'miss', node: `${place}#load`, reason: 'argument changed', argument: 0 },
    });
    expect(explanation.message).toBe(
      'No result of fit is stored: argument 0, a call of load, has changed: argument 0 has changed.',
    );
  });

  test('a call that is stored itself is compared with the one that was in its place', async () => {
    const store = new PaperStore();
    for (const text of ['a', 'b']) await keep(store, load(text));
    await keep(store, fit(load('a'), 2));
    const { why } = await explain(fit(load('b'), 2), store);
    expect(why).toMatchObject({ status: 'hit', reason: 'argument changed', argument: 0 });
  });

  test('a call of which nothing was stored, in a container', async () => {
    const store = new PaperStore();
    await keep(store, fit(1, { from: [load('a')] }));
    const explanation = await explain(fit(1, { from: [load('b')] }), store);
    expect(explanation).toMatchObject({ argument: 1, from: 'load', why: { reason: 'never stored' } });
    expect(explanation.message).toBe('No result of fit is stored: argument 1, a call of load, has changed.');
  });

  test('a long chain of reasons ends somewhere', async () => {
    const store = new PaperStore();
    const step = node((x: number) => x, { name: 'step', version: '1' });
    const chain = (first: number): Future<number>[] => {
      const futures = [step(first)];
      for (let index = 0; index < 100; index += 1) futures.push(step(futures[index] ?? 0));
      return futures;
    };
    for (const future of chain(1)) await keep(store, future);
    const last = chain(2).at(-1);
    if (last === undefined) throw new Error('there is none');
    let depth = 0;
    for (let at = (await explain(last, store)).why; at !== undefined; at = at.why) depth += 1;
    expect(depth).toBe(31);
  });

  test('what was evicted', async () => {
    const store = new PaperStore();
    await store.evict(await keep(store, fit(1, 2)));
    const explanation = await explain(fit(1, 2), store);
    expect(explanation).toMatchObject({ status: 'miss', reason: 'evicted' });
    expect(explanation.message).toBe('No result of fit is stored: it was, and was taken out to make room.');
  });

  test('a nested node that cannot be found', async () => {
    const store = new PaperStore();
    const stamp = { node: '~0123456789abcdef:gone.js#inner', source: 'imports:0', module: '0' };
    await keep(store, fit(7, 8), { nodes: [stamp] });
    const explanation = await explain(fit(7, 8), store);
    expect(explanation).toMatchObject({ status: 'miss', reason: 'nested node not found', nested: stamp.node });
    expect(explanation.message).toContain('which its body called, is not loaded and cannot be found');
  });

  test('a nested node that is not what it was', async () => {
    const store = new PaperStore();
    const nested = localKeyBook.begin('xxh128').stampOf(load('a')._spec.identity);
    await keep(store, fit(1, 2), { nodes: [nested] });
    expect(await explain(fit(1, 2), store)).toMatchObject({ status: 'hit' });
    await keep(store, fit(1, 2), { nodes: [nested, { ...nested, version: '0' }] });
    store.forget();
    const explanation = await explain(fit(1, 2), store);
    expect(explanation).toMatchObject({ status: 'miss', reason: 'nested node changed', nested: `${place}#load` });
    expect(explanation.message).toContain(`the node ${place}#load, which its body called, has changed`);
  });

  test('`this`, and what the option `key` gives', async () => {
    class Filter {
      readonly rate: number;
      constructor(rate: number) {
        this.rate = rate;
      }
      @node({ version: '1' })
      run(x: number): number {
        return x * this.rate;
      }
    }
    let modified = 1;
    const read = node(parse, { name: 'read', version: '1', key: () => modified });
    const store = new PaperStore();
    const method = (rate: number): Future => new Filter(rate).run(1) as unknown as Future;
    await keep(store, method(1));
    await keep(store, read('a'));
    modified = 2;
    expect(await explain(method(2), store)).toMatchObject({
      argument: 'this',
      message: expect.stringContaining('`this` has changed'),
    });
    expect(await explain(read('a'), store)).toMatchObject({
      argument: 'key',
      message: expect.stringContaining('`key` gives has'),
    });
  });

  test('outputs are compared with the same output', async () => {
    const split: NodeFunction<[number], [number, number], 2> = node((x: number): [number, number] => [x, x], {
      name: 'split',
      outputs: 2,
      version: '1',
    });
    const store = new PaperStore();
    await keep(store, split(1)[0]);
    expect(await explain(split(1)[0], store)).toMatchObject({ status: 'hit' });
    expect(await explain(split(2)[0], store)).toMatchObject({ reason: 'argument changed', argument: 0 });
    expect(await explain(split(2)[1], store)).toMatchObject({ reason: 'never stored' });
  });

  test('takes a Future and a store', async () => {
    await expect(explain(1 as never, new PaperStore())).rejects.toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    await expect(explain(fit(1, 2), {} as never)).rejects.toMatchObject({ code: 'DAG_OPTION' });
  });
});

test('facts without anything in them are like no others', () => {
  expect(changeSince({}, [{ key: 'a', facts: {}, evicted: false }])).toBeUndefined();
});
