import { instance } from '@viz-js/viz';
import { expect, test } from '@jest/globals';
import { toDot, toMermaid } from '../../src/view/index.js';
import { Add, Counter, Gain, Gains, Keep, Made, Through } from './parts.js';
import { component, Emitter } from '../../src/layout/index.js';

@component()
class Tuner extends Emitter<typeof Gains.struct> {
  static readonly output = Gains.struct;

  async compute(): Promise<{ gain: number }> {
    await new Promise((resolve) => setImmediate(resolve));
    return { gain: 2 };
  }
}

test('a layout is drawn with its components in their contexts', async () => {
  const running = await new Made((layout, here) => {
    const there = layout.context({ inline: true, name: 'there' });
    const [counter, add] = [layout.add(here, Counter), layout.add(there, Add)];
    const gain = layout.add(there, Gain);
    layout.connect(counter, add, { policy: 'queue' });
    layout.connect(add, add, { initial: { n: 0 } });
    layout.connect(add, gain);
    layout.parametrize(layout.add(here, Tuner), gain);
    layout.connect(gain, layout.add(here, Keep, []), { policy: 'leaky' });
    layout.connect(
      counter,
      layout.add(here, Through, () => ({ n: 0 })),
    );
  }).start();
  const graph = running.toGraphology();
  expect(graph.getNodeAttributes('Gain')).toMatchObject({ kind: 'call', parent: 'there' });
  expect(graph.mapEdges((_, { kind, path }, from, to) => [from, to, kind, path])).toEqual([
    ['Counter', 'Add', 'argument', 'queue'],
    ['Add', 'Add', 'feedback', 'latest'],
    ['Add', 'Gain', 'argument', 'latest'],
    ['Tuner', 'Gain', 'feedback', 'parameters'],
    ['Gain', 'Keep', 'argument', 'leaky'],
    ['Counter', 'Through', 'argument', 'latest'],
  ]);
  const viz = await instance();
  const dot = toDot(running);
  expect(viz.render(dot, { format: 'svg' })).toMatchObject({ status: 'success', errors: [] });
  expect(dot).toContain('digraph "Made"');
  expect(dot).toMatch(/subgraph cluster_n\d/);
  expect(toMermaid(running)).toContain('subgraph');
  await running.stop();
  expect(() => running.component('Nobody')).toThrow(
    'DAG_LAYOUT: component(): there is no `Nobody`. There are Counter, Add',
  );
  expect(running.component('Add').name).toBe('Add');
});
