import graphology, { type DirectedGraph } from 'graphology';
import { eachArgumentPath } from '../../graph/argument-paths.js';
import { wholeOf } from '../../graph/dependencies.js';
import type {
  GraphAttributes,
  GraphEdgeAttributes,
  GraphEdgeUse,
  GraphNodeAttributes,
} from '../../graph/graph-attributes.js';
import type { NodeStyle } from '../../graph/options.js';
import type { Plan, Step } from './plan.js';

const { DirectedGraph: DirectedGraphClass } = graphology; // a CommonJS package, whose classes are members of its default export

/** How a step with a state is drawn, unless its style says otherwise. */
const STATEFUL: NodeStyle = { shape: 'cylinder' };

/** The graph of a pipeline. */
export type PipelineGraph = DirectedGraph<GraphNodeAttributes, GraphEdgeAttributes, GraphAttributes>;

/**
 * A pipeline as a graphology graph: its sources, parameters and feedbacks, and its steps with their replicas; edges carry
 * the argument path. What a feedback repeats leads to it by an edge of the kind `'feedback'`, the only ones that go back.
 */
export function pipelineGraph(plan: Plan): PipelineGraph {
  const graph: PipelineGraph = new DirectedGraphClass();
  graph.setAttribute('detail', 'static');
  graph.setAttribute('name', plan.name);
  const keys = new Map<number, string>();
  const given = (slot: number, name: string, kind: 'call' | 'literal' = 'literal'): void => {
    const key = keyFor(graph, name);
    keys.set(slot, key);
    const text = kind === 'literal' ? { text: name } : {};
    graph.addNode(key, { kind, label: name, name, state: 'idle', unused: false, style: {}, ...text });
  };
  plan.inputSlots.forEach((slot, position) => {
    if (slot !== -1) given(slot, plan.inputs === 1 ? 'source' : `source ${(position + 1).toString()}`, 'call');
  });
  for (const { slot, given: source } of plan.sources) given(slot, source.name, 'call');
  for (const { slot, given: parameter } of [...plan.parameters, ...plan.configs]) given(slot, parameter.name);
  for (const { slot, given: constant } of plan.constants) given(slot, constant._spec.name, 'call');
  for (const { slot } of plan.feedbacks) given(slot, 'feedback');
  for (const step of plan.steps) addStep(graph, step, keys);
  for (const step of plan.steps) if (!step.part) connect(graph, { step, keys, plan });
  for (const { slot, from } of plan.feedbacks) {
    const [source, target] = [keys.get(from), keys.get(slot)];
    if (source !== undefined && target !== undefined) graph.mergeEdge(source, target, { kind: 'feedback' });
  }
  return graph;
}

function keyFor(graph: PipelineGraph, name: string): string {
  for (let count = 1; ; count += 1) {
    const key = count === 1 ? name : `${name} ${count.toString()}`;
    if (!graph.hasNode(key)) return key;
  }
}

function addStep(graph: PipelineGraph, step: Step, keys: Map<number, string>): void {
  const { name, slot, recipe, future, part } = step;
  if (part) return;
  const key = keyFor(graph, name);
  keys.set(slot, key);
  const { options } = future._spec;
  const replicas = recipe === undefined ? (options.replicas ?? 1) : (recipe.options.replicas ?? 1);
  const label = options.style?.label ?? name;
  graph.addNode(key, {
    kind: 'call',
    label: replicas === 1 ? label : `${label} × ${replicas.toString()}`,
    name: future._spec.name,
    state: 'idle',
    unused: false,
    style: { ...(recipe === undefined ? {} : STATEFUL), ...options.style },
    replicas,
    ...(recipe === undefined ? {} : { stateful: true }),
  });
}

interface Connection {
  readonly step: Step;
  readonly keys: ReadonlyMap<number, string>;
  readonly plan: Plan;
}

function connect(graph: PipelineGraph, { step, keys, plan }: Connection): void {
  const target = keys.get(step.slot);
  if (target === undefined) return;
  const uses = new Map<string, GraphEdgeUse[]>();
  eachArgumentPath(step.future._args, {
    future: (path, argument) => {
      const whole = wholeOf(argument);
      const source = keys.get(plan.slotOf(whole));
      if (source === undefined) return;
      const part = whole === argument ? undefined : String(argument._args[1]);
      const use = part === undefined ? { path } : { path, part };
      uses.set(source, [...(uses.get(source) ?? []), use]);
    },
  });
  for (const [source, places] of uses) {
    const parts = places.flatMap(({ part }) => part ?? []);
    graph.mergeEdge(source, target, {
      kind: 'argument',
      path: places.map(({ path }) => path).join(', '),
      ...(parts.length === 0 ? {} : { part: parts.join(', ') }),
      uses: places,
    });
  }
}
