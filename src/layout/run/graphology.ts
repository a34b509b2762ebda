import graphology, { type DirectedGraph } from 'graphology';
import type { GraphAttributes, GraphEdgeAttributes, GraphNodeAttributes } from '../../graph/graph-attributes.js';
import type { NodeStyle } from '../../graph/options.js';
import { kindOf } from '../component/kinds.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Edge } from '../wiring/edge.js';
import { feedbackEdges } from '../wiring/loops.js';

const { DirectedGraph: DirectedGraphClass } = graphology; // a CommonJS package, whose classes are members of its default export

/** The graph of a layout. */
export type LayoutGraph = DirectedGraph<GraphNodeAttributes, GraphEdgeAttributes, GraphAttributes>;

const SHAPES: Readonly<Record<string, NodeStyle>> = { emitter: { shape: 'ellipse' }, collector: { shape: 'cylinder' } };

/**
 * A layout as a graphology graph: components inside their contexts. Edges say their policy; those that begin a loop have
 * the kind `'feedback'`, as those have that set parameters.
 */
export function layoutGraph(parts: {
  readonly name: string;
  readonly components: readonly ComponentRef[];
  readonly edges: readonly Edge[];
}): LayoutGraph {
  const graph: LayoutGraph = new DirectedGraphClass();
  graph.setAttribute('detail', 'static');
  graph.setAttribute('name', parts.name);
  const keys = new Map<object, string>();
  const addNode = (of: object, attributes: Pick<GraphNodeAttributes, 'name' | 'style' | 'parent'>): void => {
    let key = attributes.name;
    for (let count = 2; graph.hasNode(key); count += 1) key = `${attributes.name} ${count.toString()}`;
    keys.set(of, key);
    graph.addNode(key, { kind: 'call', label: attributes.name, state: 'idle', unused: false, ...attributes });
  };
  for (const context of new Set(parts.components.map((ref) => ref.context))) {
    addNode(context, { name: context.name, style: {} });
  }
  for (const ref of parts.components) {
    const parent = keys.get(ref.context);
    const style = SHAPES[kindOf(ref.type) ?? ''] ?? {};
    addNode(ref, { name: ref.name, style, ...(parent === undefined ? {} : { parent }) });
  }
  const feedback = feedbackEdges(parts.edges);
  for (const edge of parts.edges) {
    const [from, to] = [keys.get(edge.from), keys.get(edge.to)];
    if (from === undefined || to === undefined || graph.hasEdge(from, to)) continue;
    const goesBack = feedback.has(edge) || edge.role === 'parameters';
    const { policy = 'latest' } = edge.options;
    graph.addEdge(from, to, {
      kind: goesBack ? 'feedback' : 'argument',
      path: edge.role === 'parameters' ? 'parameters' : policy,
    });
  }
  return graph;
}
