import { describe, expect, it } from '@jest/globals';
import { node, type Future } from '../../../src/index.js';
import { batch, config, feedback, parameter, pipeline, source, stateful } from '../../../src/stream/index.js';
import { toDot, toMermaid } from '../../../src/view/index.js';

const detect = node((frame: number) => ({ boxes: frame, score: 1 }), {
  name: 'detect',
  replicas: 4,
  outputs: ['boxes', 'score'],
});
const add = node((a: number, b: number) => a + b, { name: 'add' });
const table = node((size: number) => size, { name: 'table', style: { label: 'the table' } });
const track = stateful(
  { init: () => ({ sum: 0 }), step: (state, [a, b]: readonly [number, number]) => (state.sum += a + b) },
  { name: 'track' },
);
const ticks = source(() => 1, { name: 'ticks' });

function tracked() {
  return pipeline(
    (frame: Future<number>) => {
      const { boxes, score } = detect(frame);
      const last = feedback(0);
      const sum = last.from(add(last, add(boxes, ticks())));
      const size = table(config('size', 3));
      return batch(2)(track()([sum, add(score, add(parameter('gain', 2), size))]));
    },
    { name: 'tracked' },
  );
}

describe('the graph of a pipeline', () => {
  const graph = tracked().toGraphology();

  it('has its sources, parameters and steps, with replicas and states', () => {
    expect(graph.getAttribute('name')).toBe('tracked');
    expect(graph.nodes()).toEqual(expect.arrayContaining(['source', 'ticks', 'gain', 'size', 'feedback', 'table']));
    expect(graph.getNodeAttributes('detect')).toMatchObject({ kind: 'call', label: 'detect × 4', replicas: 4 });
    expect(graph.getNodeAttributes('track')).toMatchObject({ stateful: true, replicas: 1 });
    expect(graph.getNodeAttributes('gain')).toMatchObject({ kind: 'literal', text: 'gain' });
  });

  it('has an edge for each argument, with its path and part, and one back for a feedback', () => {
    expect(graph.getEdgeAttributes('detect', 'add')).toMatchObject({ kind: 'argument', path: '0', part: 'boxes' });
    expect(graph.getEdgeAttributes('add 2', 'feedback')).toEqual({ kind: 'feedback' });
    expect(graph.getEdgeAttributes('add 2', 'track')).toMatchObject({ path: '0[0]' });
  });

  it('names several sources by their position', () => {
    const zipped = pipeline((a: Future<number>, b: Future<number>) => add(a, b)).toGraphology();
    expect(zipped.nodes()).toEqual(['source 1', 'source 2', 'add']);
  });

  it('is drawn by the views', () => {
    const drawn = tracked();
    expect(toDot(drawn)).toContain('label="detect × 4"');
    expect(toMermaid(drawn)).toContain('[("track")]');
  });
});
