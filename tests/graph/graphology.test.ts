import { describe, expect, test } from '@jest/globals';
import { hasCycle, topologicalGenerations, topologicalSort } from 'graphology-dag';
import { Graph, lazy, node, resolve, toGraphology, type NodeFunction } from '../../src/index.js';
import type { Future, GraphDetail, GraphNodeAttributes } from '../../src/index.js';
import { deferred, rejection } from '../support/waiting.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const double = node((x: number) => 2 * x, { name: 'double' });
const halves = node((x: number) => [x / 2, x / 2] as const, { name: 'halves', outputs: 2 });
const sum = node((...xs: unknown[]) => xs.length, { name: 'sum' });
const fail = node(
  (_x: unknown): number => {
    throw new Error('failed on purpose');
  },
  { name: 'fail' },
);

type CallGraph = ReturnType<typeof toGraphology>;

/** Every edge as `source -> target: path` with the part in front of the path. */
function edgesOf(graph: CallGraph): string[] {
  return graph.mapEdges((_edge, { kind, path, part }, source, target) => {
    const what = [kind === 'argument' ? undefined : kind, part, path].filter((text) => text !== undefined);
    return `${source} -> ${target}: ${what.join(' ')}`;
  });
}

function attributesOf(graph: CallGraph, name: keyof GraphNodeAttributes): Record<string, unknown> {
  return Object.fromEntries(graph.mapNodes((key, attributes) => [key, attributes[name]]));
}

function unusedIn(graph: CallGraph): string[] {
  return graph.filterNodes((_, { unused }) => unused);
}

describe('the summary', () => {
  test('has a node for every call and an edge for every argument, dependencies first', () => {
    const three = add(1, 2);
    const graph = toGraphology(add(three, double(three)));
    expect(graph.type).toBe('directed');
    expect(graph.multi).toBe(false);
    expect(graph.getAttributes()).toEqual({ detail: 'summary' });
    expect(graph.nodes()).toEqual(['add#1', 'double#1', 'add#2']);
    expect(graph.getNodeAttributes('add#2')).toEqual({
      kind: 'call',
      label: 'add',
      name: 'add',
      state: 'idle',
      unused: false,
      style: {},
    });
    expect(edgesOf(graph)).toEqual(['add#1 -> double#1: 0', 'add#1 -> add#2: 0', 'double#1 -> add#2: 1']);
  });

  test('says where in an argument a Future stands', () => {
    const f = double(1);
    const graph = toGraphology(
      sum(3, { items: [0, f] }, new Map([['k', [double(2)]]]), new Set([double(3)]), { 'odd key': double(4) }),
    );
    expect(edgesOf(graph)).toEqual([
      'double#1 -> sum#1: 1.items[1]',
      'double#2 -> sum#1: 2$map["k"][0]',
      'double#3 -> sum#1: 3$set[0]',
      'double#4 -> sum#1: 4["odd key"]',
    ]);
  });

  test('joins several arguments that one call gives in one edge', () => {
    const f = double(1);
    const graph = toGraphology(sum(f, [f], f.at('x' as never)));
    expect(graph.mapEdges((_edge, attributes) => attributes)).toEqual([
      {
        kind: 'argument',
        path: '0, 1[0], 2',
        part: 'x',
        uses: [{ path: '0' }, { path: '1[0]' }, { path: '2', part: 'x' }],
      },
    ]);
  });

  test('draws outputs and parts into the edges', () => {
    const split = node((x: number) => ({ left: x, right: { rest: [x] } }), {
      name: 'split',
      outputs: ['left', 'right'],
    });
    const { left, right } = split(1);
    const [half] = halves(left);
    const graph = toGraphology(sum(half, right.at('rest').at(0)));
    expect(edgesOf(graph)).toEqual([
      'split#1 -> halves#1: left 0',
      'halves#1 -> sum#1: 0 0',
      'split#1 -> sum#1: right.rest.0 1',
    ]);
  });

  test('takes the label and the style of a call', () => {
    const style = { label: 'Load', shape: 'cylinder', color: 'lightblue', rank: 0, fontsize: 14 };
    expect(toGraphology(double.with({ style })(1)).getNodeAttributes('double#1')).toMatchObject({
      label: 'Load',
      style,
    });
  });
});

describe('targets', () => {
  test('may stand in containers, in several Graphs and in none', () => {
    const graph = new Graph({ name: 'other' });
    const inside = graph.run(() => add(1, 2));
    const graphs = toGraphology({ a: double(inside), b: [double(3), new Map([['k', inside]])] });
    expect(graphs.nodes()).toEqual(['add#1', 'double#1', 'double#2']);
    expect(graphs.hasAttribute('name')).toBe(false);
  });

  test('may be a Graph, with every call it recorded and those of others that these need', () => {
    const graph = new Graph({ name: 'sums' });
    const outside = double(1);
    graph.run(() => {
      add(outside, 2);
      double(3);
    });
    const made = toGraphology(graph);
    expect(made.getAttributes()).toEqual({ detail: 'summary', name: 'sums' });
    expect(made.nodes()).toEqual(['double#1', 'add#1', 'double#2']);
  });

  test('may be what a decorated method returned', () => {
    class Numbers {
      @node()
      static one(): number {
        return 1;
      }
    }
    expect(toGraphology(Numbers.one()).nodes()).toEqual(['one#1']);
    expect(toGraphology(lazy(Numbers).one()).nodes()).toEqual(['one#1']);
  });

  test('may be parts', () => {
    const [, second] = halves(1);
    expect(toGraphology(second).nodes()).toEqual(['halves#1']);
  });

  test('may be none', () => {
    expect(toGraphology([]).order).toBe(0);
    expect(toGraphology(new Graph()).order).toBe(0);
  });

  test('that are no Futures are refused', () => {
    expect(() => toGraphology(3)).toThrow(/^DAG_NOT_A_FUTURE: toGraphology\(\) expects a Future, a Graph.* got 3\./);
    expect(() => toGraphology(undefined)).toThrow('DAG_NOT_A_FUTURE');
  });

  test('of another copy of the library are refused', () => {
    class Foreign {}
    const foreign = Object.assign(new Foreign(), { [Symbol.for('lazydag.future')]: true });
    expect(() => toGraphology(sum([foreign]))).toThrow('DAG_FOREIGN_FUTURE');
  });
});

describe('options', () => {
  test.each([
    [{ detail: 'all' }, "`detail` must be 'summary', 'full' or 'static', got \"all\""],
    [{ maxNodes: 0 }, '`maxNodes` must be a whole number of at least 1, or Infinity, got 0'],
    [{ maxDepth: -1 }, '`maxDepth` must be a whole number of at least 0, or Infinity, got -1'],
    [{ depth: 1 }, 'toGraphology() has no option `depth`. Its options are detail, maxDepth, maxNodes'],
  ])('%j are refused', (options, message) => {
    expect(() => toGraphology(double(1), options as never)).toThrow(`DAG_OPTION: `);
    expect(() => toGraphology(double(1), options as never)).toThrow(message);
  });

  test('may limit the nodes, with a remedy', () => {
    const three = sum(double(1), double(2));
    expect(toGraphology(three, { maxNodes: 3 }).order).toBe(3);
    expect(() => toGraphology(three, { maxNodes: 2 })).toThrow(
      /^DAG_OPTION: The graph has 3 nodes; `maxNodes` allows 2\. Raise `maxNodes`/,
    );
    expect(() => toGraphology(three, { detail: 'full', maxNodes: 3 })).toThrow('has more than 3 nodes');
  });
});

describe('nesting', () => {
  const inner = node((x: number) => x + 1, { name: 'inner' });
  const outer = node((x: number) => inner(double(x)), { name: 'outer' });

  test('shows the calls of a body once it ran, with their parent and what it returned', async () => {
    const f = outer(1);
    expect(toGraphology(f).nodes()).toEqual(['outer#1']);
    await f.resolve();
    const graph = toGraphology(f);
    expect(attributesOf(graph, 'parent')).toEqual({
      'outer#1': undefined,
      'double#1': 'outer#1',
      'inner#1': 'outer#1',
    });
    expect(attributesOf(graph, 'returned')).toEqual({ 'outer#1': undefined, 'double#1': undefined, 'inner#1': true });
    expect(edgesOf(graph)).toEqual(['double#1 -> inner#1: 0']);
  });

  test('is left out of the static view, in which keys stay the same', async () => {
    const f = add(outer(1), inner(2));
    const before = toGraphology(f);
    await f.resolve();
    expect(toGraphology(f, { detail: 'static' }).nodes()).toEqual(before.nodes());
    expect(toGraphology(f).nodes().slice(0, before.order)).toEqual(before.nodes());
    expect(attributesOf(toGraphology(f, { detail: 'static' }), 'parent')['inner#1']).toBeUndefined();
  });

  test('shows effects, and calls that nobody used', async () => {
    const log = node((_x: unknown) => undefined, { name: 'log', effect: true });
    const busy = node(
      (x: number) => {
        log(x);
        double(add(x, 1));
        return inner(x);
      },
      { name: 'busy' },
    );
    const f = busy(1);
    await f.resolve();
    const graph = toGraphology(f);
    expect(graph.nodes()).toEqual(['busy#1', 'log#1', 'add#1', 'double#1', 'inner#1']);
    expect(unusedIn(graph)).toEqual(['add#1', 'double#1']);
    expect(graph.getNodeAttribute('log#1', 'returned')).toBe(true);
  });

  test('shows what a Graph recorded in bodies, for the Graph and for its Futures', async () => {
    const graph = new Graph();
    const asks = node(async (x: number) => (await double(x).resolve()) + (await inner(x).resolve()), { name: 'asks' });
    const f = graph.run(() => asks(1));
    await f.resolve();
    const keys = ['asks#1', 'double#1', 'inner#1'];
    expect(toGraphology(f).nodes()).toEqual(keys);
    expect(toGraphology(graph).nodes()).toEqual(keys);
    expect(unusedIn(toGraphology(graph))).toEqual([]);
  });

  test('keeps calls whose parent was removed from the Graph', async () => {
    const graph = new Graph();
    const f = graph.run(() => outer(1));
    await f.resolve();
    graph.remove(f);
    expect(attributesOf(toGraphology(graph), 'parent')).toEqual({ 'double#1': undefined, 'inner#1': undefined });
  });

  test('does not take calls for unused while their parent is running', async () => {
    const gate = deferred();
    const started = deferred();
    const waits = node(
      async (x: number) => {
        const f = double(x);
        started.resolve();
        await gate.promise;
        return f;
      },
      { name: 'waits' },
    );
    const graph = new Graph();
    const f = graph.run(() => waits(1));
    const run = f.resolve();
    await started.promise;
    expect(attributesOf(toGraphology(graph), 'state')).toEqual({ 'waits#1': 'running', 'double#1': 'idle' });
    expect(unusedIn(toGraphology(graph))).toEqual([]);
    gate.resolve();
    await run;
  });

  test('can be left out from some depth on, and says how much', async () => {
    const down: NodeFunction<[number], number | Future<number>> = node(
      (n: number): number | Future<number> => (n === 0 ? 0 : down(n - 1)),
      {
        name: 'down',
      },
    );
    const f = double(down(4));
    await f.resolve();
    const graph = toGraphology(f, { maxDepth: 1 });
    expect(attributesOf(graph, 'hidden')).toEqual({ 'down#1': undefined, 'double#1': undefined, 'down#2': 3 });
    expect(toGraphology(f, { maxDepth: 0 }).getNodeAttribute('down#1', 'hidden')).toBe(4);
    expect(toGraphology(f, { maxDepth: 4 }).order).toBe(6);
  });

  test('shows a deep call that is built upon, though its parent is left out', async () => {
    let leaked: Future<number> | undefined;
    const deepest = node((x: number) => (leaked = double(x)), { name: 'deepest' });
    const middle = node((x: number) => sum(inner(x), deepest(x)), { name: 'middle' });
    const f = middle(1);
    await f.resolve();
    const graph = toGraphology([f, inner(leaked ?? 0)], { maxDepth: 1 });
    expect(graph.getNodeAttribute('double#1', 'parent')).toBe('deepest#1');
    expect(
      toGraphology([f, inner(leaked ?? 0)], { maxDepth: 0 }).getNodeAttribute('double#1', 'parent'),
    ).toBeUndefined();
  });
});

describe('states', () => {
  test('are those of the calls', async () => {
    const f = double(add(1, 2));
    await f.resolve();
    expect(attributesOf(toGraphology(f), 'state')).toEqual({ 'add#1': 'released', 'double#1': 'done' });
    const failing = double(fail(1));
    await rejection(failing.resolve());
    expect(attributesOf(toGraphology(failing), 'state')).toEqual({ 'fail#1': 'failed', 'double#1': 'idle' });
  });

  test('of a call are held as long as one of its outputs is', async () => {
    const [left, right] = halves(4);
    await resolve([left, right]);
    expect(toGraphology([left, right]).getNodeAttribute('halves#1', 'state')).toBe('done');
    left.release();
    expect(toGraphology([left, right]).getNodeAttribute('halves#1', 'state')).toBe('done');
    right.release();
    expect(toGraphology([left, right]).getNodeAttribute('halves#1', 'state')).toBe('released');
  });

  test('of a call are failed when a part of it is', async () => {
    const part = node(() => null, { name: 'none' })().at('key' as never);
    await rejection(part.resolve());
    expect(toGraphology(part).getNodeAttribute('none#1', 'state')).toBe('failed');
  });

  test('come with measures after a recorded run', async () => {
    const graph = new Graph({ record: true });
    const zeros = graph.run(() => node((n: number) => new Float64Array(n), { name: 'zeros' })(10));
    await zeros.resolve();
    const { startedAt, duration, bytes, worker } = toGraphology(zeros).getNodeAttributes('zeros#1');
    expect(startedAt).toBeGreaterThan(0);
    expect(duration).toBeGreaterThanOrEqual(0);
    expect([bytes, worker]).toEqual([80, 0]);
  });
});

describe('unused calls', () => {
  test('are those of a resolved Graph that nothing takes, and what only these take', async () => {
    const graph = new Graph();
    const shared = graph.run(() => add(1, 2));
    const used = graph.run(() => double(shared));
    graph.run(() => sum(double(5), shared));
    expect(unusedIn(toGraphology(graph))).toEqual([]); // nobody resolved anything yet
    await used.resolve();
    expect(unusedIn(toGraphology(graph))).toEqual(['double#2', 'sum#1']);
  });

  test('are none of those that a call outside takes', async () => {
    const graph = new Graph();
    const [taken, idle] = graph.run(() => [add(1, 2), add(3, 4)]);
    const outside = double(taken);
    await graph.run(() => double(9)).resolve();
    expect(idle.state).toBe('idle');
    expect(unusedIn(toGraphology(graph))).toEqual(['add#2']);
    expect(outside.state).toBe('idle');
  });

  test('are effects never', async () => {
    const graph = new Graph();
    const log = node((_x: unknown) => undefined, { name: 'log', effect: true });
    const target = graph.run(() => {
      log(add(1, 2));
      return double(1);
    });
    await target.resolve();
    expect(unusedIn(toGraphology(graph))).toEqual([]);
  });

  test('are outputs of which others are used', () => {
    const graph = new Graph();
    const [left, right] = graph.run(() => halves(1));
    expect(unusedIn(toGraphology(graph, { detail: 'full' }))).toEqual([]);
    graph.run(() => double(left));
    expect(unusedIn(toGraphology(graph, { detail: 'full' }))).toEqual(['halves#1[1]']);
    expect(right.state).toBe('idle');
  });

  test('are not the outputs of a call whose body was left, for it may have returned them', async () => {
    const outer = node(
      (x: number) => {
        const [left, right] = halves(x);
        double(right);
        return left;
      },
      { name: 'outer' },
    );
    const graph = new Graph();
    const f = graph.run(() => outer(1));
    await f.resolve();
    const full = toGraphology(graph, { detail: 'full' });
    expect(unusedIn(full).filter((key) => key.startsWith('halves'))).toEqual([]);
    expect(unusedIn(full)).toContain('double#1');
  });

  test('are outputs that only unused calls take', async () => {
    const graph = new Graph();
    const target = graph.run(() => {
      const [left, right] = halves(1);
      double(right);
      return double(left);
    });
    await target.resolve();
    expect(unusedIn(toGraphology(graph, { detail: 'full' }))).toEqual(['halves#1[1]', 'double#1', 'double#1=']);
  });
});

describe('the full view', () => {
  test('has the literals, the values and what they are called', () => {
    const graph = toGraphology(add(double(1), 2), { detail: 'full' });
    expect(graph.nodes()).toEqual(['double#1(0)', 'double#1', 'double#1=', 'add#1(1)', 'add#1', 'add#1=']);
    expect(attributesOf(graph, 'kind')).toEqual({
      'double#1(0)': 'literal',
      'double#1': 'call',
      'double#1=': 'data',
      'add#1(1)': 'literal',
      'add#1': 'call',
      'add#1=': 'data',
    });
    expect(edgesOf(graph)).toEqual([
      'double#1(0) -> double#1: 0',
      'double#1 -> double#1=: output',
      'double#1= -> add#1: 0',
      'add#1(1) -> add#1: 1',
      'add#1 -> add#1=: output',
    ]);
    expect(graph.getNodeAttributes('double#1(0)')).toEqual({
      kind: 'literal',
      label: '1',
      name: 'double',
      state: 'done',
      unused: false,
      style: {},
      text: '1',
    });
    expect(graph.getNodeAttributes('double#1=')).toMatchObject({ kind: 'data', label: 'double', state: 'idle' });
  });

  test('has a node for every output, and for every part that is taken', () => {
    const split = node((x: number) => ({ left: x, right: { rest: [x] } }), {
      name: 'split',
      outputs: ['left', 'right'],
    });
    const { left, right } = split(double(1));
    const rest = right.at('rest');
    const graph = toGraphology(sum(rest.at(0), rest.at(0), right.at('odd key' as never)), { detail: 'full' });
    expect(graph.filterNodes((_, { kind }) => kind === 'data')).toEqual([
      'double#1=',
      'split#1.left',
      'split#1.right',
      'split#1.right.rest',
      'split#1.right.rest[0]',
      'split#1.right["odd key"]',
      'sum#1=',
    ]);
    expect(graph.getNodeAttributes('split#1.right.rest[0]')).toMatchObject({
      label: 'split.right.rest.0',
      part: 'right.rest.0',
    });
    expect(edgesOf(graph)).toContain('split#1 -> split#1.left: output left');
    expect(edgesOf(graph)).toContain('split#1.right.rest -> split#1.right.rest[0]: part 0');
    expect(edgesOf(graph)).toContain('split#1.right.rest[0] -> sum#1: 0, 1');
    expect(left.state).toBe('idle');
  });

  test('tells keys of Maps that read alike apart', () => {
    const table = node(() => new Map<unknown, number>(), { name: 'table' })();
    const graph = toGraphology(sum(table.at({ a: 1 }), table.at({ a: 1 })), { detail: 'full' });
    expect(graph.filterNodes((_, { kind }) => kind === 'data')).toHaveLength(4);
  });

  test('shows the literals inside containers that hold Futures', () => {
    const graph = toGraphology(sum({ rate: 0.1, data: double(1), more: [1, 2] }), { detail: 'full' });
    expect(attributesOf(graph, 'text')).toMatchObject({ 'sum#1(0.rate)': '0.1', 'sum#1(0.more)': '[1, 2]' });
  });

  test('shows values that are held, and bytes after a recorded run', async () => {
    const graph = new Graph({ record: true });
    const text = graph.run(() => node((x: unknown) => `value ${String(x)}`, { name: 'text' })(double(1)));
    await text.resolve();
    const full = toGraphology(text, { detail: 'full' });
    expect(full.getNodeAttributes('text#1=')).toMatchObject({ state: 'done', text: '"value 2"', bytes: 7 });
    expect(full.getNodeAttributes('double#1=')).toMatchObject({ state: 'released', bytes: 0 });
    expect(full.getNodeAttribute('double#1=', 'text')).toBeUndefined();
  });

  test('puts literals and values where their call stands', async () => {
    const outer = node((x: number) => add(x, 1), { name: 'outer' });
    const f = outer(1);
    await f.resolve();
    expect(attributesOf(toGraphology(f, { detail: 'full' }), 'parent')).toEqual({
      'outer#1(0)': undefined,
      'outer#1': undefined,
      'outer#1=': undefined,
      'add#1(0)': 'outer#1',
      'add#1(1)': 'outer#1',
      'add#1': 'outer#1',
      'add#1=': 'outer#1',
    });
    expect(attributesOf(toGraphology(f, { detail: 'full' }), 'returned')['add#1=']).toBe(true);
  });
});

describe('algorithms of graphology', () => {
  const details: GraphDetail[] = ['summary', 'full', 'static'];

  test.each(details)('sort the %s view topologically', async (detail) => {
    const square = node((x: number) => double(add(x, x)), { name: 'square' });
    const a = add(1, 2);
    const target = sum(square(a), [halves(a)[0], square(3)]);
    await target.resolve();
    const graph = toGraphology(target, { detail });
    expect(hasCycle(graph)).toBe(false);
    const order = topologicalSort(graph);
    expect(new Set(order)).toEqual(new Set(graph.nodes()));
    graph.forEachEdge((_edge, _attributes, source, to) => {
      expect(order.indexOf(source)).toBeLessThan(order.indexOf(to));
    });
    expect(topologicalGenerations(graph).flat()).toHaveLength(graph.order);
  });

  test('find the critical path of a recorded run', async () => {
    const graph = new Graph({ record: true });
    const target = graph.run(() => add(double(1), double(add(1, 2))));
    await target.resolve();
    const calls = toGraphology(graph);
    const ends = new Map<string, number>();
    for (const key of topologicalSort(calls)) {
      const before = Math.max(0, ...calls.inNeighbors(key).map((dependency) => ends.get(dependency) ?? 0));
      ends.set(key, before + (calls.getNodeAttribute(key, 'duration') ?? 0));
    }
    expect(Math.max(...ends.values())).toBe(ends.get('add#2'));
  });

  test('see a call that waits for itself, as resolve() refuses it', async () => {
    const box: unknown[] = [];
    const first = sum(box);
    const second = double(first);
    box.push(second);
    expect(await rejection(second.resolve())).toMatchObject({ code: 'DAG_CYCLE' });
    expect(hasCycle(toGraphology(second))).toBe(true);
    expect(hasCycle(toGraphology(second, { detail: 'full' }))).toBe(true);
  });
});

describe('large graphs', () => {
  test('may be 100,000 calls long', () => {
    let f = double(1);
    for (let index = 1; index < 100_000; index += 1) f = double(f);
    const graph = toGraphology(f);
    expect([graph.order, graph.size]).toEqual([100_000, 99_999]);
  });

  test('may be nested 100,000 calls deep', async () => {
    const down: NodeFunction<[number], number | Future<number>> = node(
      (n: number): number | Future<number> => (n === 0 ? 0 : down(n - 1)),
      {
        name: 'down',
      },
    );
    const f = down(100_000);
    await f.resolve();
    expect(toGraphology(f).order).toBe(100_001);
    expect(toGraphology(f, { maxDepth: 10 }).getNodeAttribute('down#11', 'hidden')).toBe(99_990);
  });
});

test('gives the same for the same graph, and a copy', async () => {
  const f = add(double(1), 2);
  const before = toGraphology(f);
  expect(toGraphology(f).export()).toEqual(before.export());
  await f.resolve();
  expect(before.getNodeAttribute('add#1', 'state')).toBe('idle');
  expect(JSON.parse(JSON.stringify(before.export()))).toEqual(before.export());
});
