import { describe, expect, test } from '@jest/globals';
import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { hasCycle, topologicalSort } from 'graphology-dag';
import { Graph, resolve, toGraphology, type GraphDetail } from '../../src/index.js';
import { toDot, toMermaid } from '../../src/view/index.js';
import { makeCalls, makeCallsIn, steps } from './random-graphs.js';

const viz = await instance();
const details: readonly GraphDetail[] = ['summary', 'full', 'static'];

/** What must hold of a graph and its pictures, whatever was called and however far a run came. */
function check(target: unknown): void {
  for (const detail of details) {
    const graph = toGraphology(target, { detail });
    expect(hasCycle(graph)).toBe(false);
    expect(topologicalSort(graph)).toHaveLength(graph.order);
    graph.forEachNode((key, { kind, parent, unused, state }) => {
      if (parent !== undefined) expect(graph.getNodeAttribute(parent, 'kind')).toBe('call');
      if (kind !== 'call' || !unused) return;
      // What ran was used, and so is what a used call takes.
      expect(state).toBe('idle');
      expect(graph.outNeighbors(key).filter((to) => !graph.getNodeAttribute(to, 'unused'))).toEqual([]);
    });
    for (const maxDepth of detail === 'summary' ? [0, 1, 50] : [50]) {
      const { status, errors } = viz.render(toDot(target, { detail, maxDepth }), { format: 'dot' });
      expect(errors.filter(({ level }) => level === 'error')).toEqual([]);
      expect(status).toBe('success');
    }
    expect(toMermaid(target, { detail })).toMatch(/^(---\ntitle: .*\n---\n)?flowchart TB\n/);
  }
}

describe('random nested graphs are acyclic and can be drawn', () => {
  test('without a Graph', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const made = makeCalls(plan);
        check(made);
        await resolve(made, { settle: true });
        check(made);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test('in a recorded Graph of which some calls are resolved', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (plan, chosen) => {
        const graph = new Graph({ name: 'random', record: true });
        const made = makeCallsIn(graph, plan);
        check(graph);
        if (made.length > 0) await resolve([made[chosen % made.length]], { settle: true });
        check(graph);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
