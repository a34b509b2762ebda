import type { DirectedGraph } from 'graphology';
import { DagError } from '../errors.js';
import { collectCalls, futuresIn } from './call-collection.js';
import { isContainer } from './containers.js';
import type { Future } from './future.js';
import { Graph } from './graph.js';
import type { GraphAttributes, GraphDetail, GraphEdgeAttributes, GraphNodeAttributes } from './graph-attributes.js';
import { GraphologyBuilder } from './graphology-builder.js';
import { checkByRules, choiceRule, countRule, type OptionRules } from './option-rules.js';
import { describeOption } from './options.js';

/** Options of {@link toGraphology}. */
export interface GraphologyOptions {
  /** How much is shown. Default `'summary'`. */
  readonly detail?: GraphDetail;
  /** More nodes than these are DAG_OPTION. Default Infinity; minimum 1. */
  readonly maxNodes?: number;
  /** Calls that were made deeper than in so many bodies, one in the other, are counted rather than shown. Default Infinity. */
  readonly maxDepth?: number;
}

/** What the options of {@link toGraphology} may be. */
export const GRAPHOLOGY_RULES: OptionRules<GraphologyOptions> = {
  detail: choiceRule('summary', 'full', 'static'),
  maxNodes: countRule(1),
  maxDepth: countRule(0),
};

/**
 * A graphology `DirectedGraph` of what targets need, or of a whole Graph; it may be resolved or not. Edges lead from a
 * value to the call that takes it, so the graph is acyclic, and every algorithm of the graphology ecosystem runs on it.
 * Nodes come in an order in which they could run; keys read `name#1`, count the calls of a name, and stay the same
 * for the same graph. O(calls + arguments); the graph is a copy, which later runs do not change.
 *
 * Calls that bodies made have the call in whose body they were made as `parent`, and no edge to it. Outside a Graph, a
 * body's calls are known only as far as something still holds them: those that it returned or never used, and what these need.
 *
 * @param target a Future, a Graph, or an array, plain object, Map or Set with Futures inside.
 * @throws DAG_NOT_A_FUTURE for anything else, DAG_OPTION, DAG_FOREIGN_FUTURE
 */
export function toGraphology(
  target: unknown,
  options: GraphologyOptions = {},
): DirectedGraph<GraphNodeAttributes, GraphEdgeAttributes, GraphAttributes> {
  checkByRules<GraphologyOptions>(options, { subject: 'toGraphology()', rules: GRAPHOLOGY_RULES });
  const { detail = 'summary', maxNodes = Infinity, maxDepth = Infinity } = options;
  const collection = collectCalls(target instanceof Graph ? target : targetsIn(target));
  const graph = new GraphologyBuilder(collection, { detail, maxNodes, maxDepth }).build();
  if (target instanceof Graph) graph.setAttribute('name', target.name);
  return graph;
}

function targetsIn(target: unknown): Future[] {
  const futures = futuresIn(target);
  if (futures.length === 0 && !(typeof target === 'object' && target !== null && isContainer(target))) {
    throw new DagError('DAG_NOT_A_FUTURE', {
      message: `toGraphology() expects a Future, a Graph, or an array, object, Map or Set with Futures inside, got ${describeOption(target)}.`,
      remedy: 'Call a node to get a Future; `node(fn)` makes one of a function.',
    });
  }
  return futures;
}
