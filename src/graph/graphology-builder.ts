import graphology, { type DirectedGraph } from 'graphology';
import { DagError } from '../errors.js';
import { eachArgumentPath } from './argument-paths.js';
import type { CallCollection } from './call-collection.js';
import { callRecords } from './call-record.js';
import { Future, RETURNED } from './future.js';
import type {
  GraphAttributes,
  GraphDetail,
  GraphEdgeAttributes,
  GraphEdgeUse,
  GraphNodeAttributes,
} from './graph-attributes.js';
import { builtCalls, callsDownTo, type ShownCalls } from './shown-calls.js';
import { unusedFutures } from './unused.js';
import { describeValue, stateOf, stepText, valueNodesOf, type ValueNode } from './value-nodes.js';
import { valueText } from './value-text.js';

/** How a {@link GraphologyBuilder} builds. */
export interface BuildOptions {
  readonly detail: GraphDetail;
  readonly maxNodes: number;
  readonly maxDepth: number;
}

/** The graph that {@link toGraphology} gives. */
export type CallGraph = DirectedGraph<GraphNodeAttributes, GraphEdgeAttributes, GraphAttributes>;

/** An edge that is still to be added. */
interface Edge {
  readonly source: string;
  readonly target: string;
  readonly attributes: GraphEdgeAttributes;
}

const { DirectedGraph: DirectedGraphClass } = graphology; // a CommonJS package, whose classes are members of its default export
const NO_PARTS: ReadonlySet<Future> = new Set();

/** Builds the graphology graph of a collection of calls, once. */
export class GraphologyBuilder {
  readonly #graph: CallGraph = new DirectedGraphClass();
  readonly #collection: CallCollection;
  readonly #detail: GraphDetail;
  readonly #maxNodes: number;
  readonly #calls: ShownCalls;
  readonly #unused: ReadonlySet<Future>;
  readonly #callKeys = new Map<Future, string>();
  /** Keys of the nodes of values by what stands for them, in the full view. */
  readonly #valueKeys = new Map<Future, string>();
  /** Edges whose source is not there yet, which happens where calls wait for themselves. */
  readonly #late: Edge[] = [];

  constructor(collection: CallCollection, { detail, maxNodes, maxDepth }: BuildOptions) {
    this.#collection = collection;
    this.#detail = detail;
    this.#maxNodes = maxNodes;
    this.#unused = unusedFutures(collection);
    this.#calls = detail === 'static' ? builtCalls(collection) : callsDownTo(collection, maxDepth);
  }

  /** @throws DAG_OPTION when there are more nodes than `maxNodes`. */
  build(): CallGraph {
    const { shown } = this.#calls;
    if (shown.size > this.#maxNodes) throw this.#tooMany(shown.size.toLocaleString('en'));
    this.#graph.setAttribute('detail', this.#detail);
    this.#nameCalls(shown);
    for (const call of shown) {
      if (this.#detail === 'full') this.#addWithValues(call);
      else this.#add(call);
    }
    for (const edge of this.#late) this.#connect(edge);
    return this.#graph;
  }

  /** Gives every call that is shown its key: its name, and the how manieth of that name it is, whatever is shown. */
  #nameCalls(shown: ReadonlySet<Future>): void {
    const counts = new Map<string, number>();
    for (const call of this.#collection.calls) {
      const { name } = call._spec;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (shown.has(call)) this.#callKeys.set(call, `${name}#${count.toString()}`);
    }
  }

  #add(call: Future): void {
    const key = this.#keyOf(call);
    this.#addNode(key, this.#callAttributes(call));
    const uses = new Map<string, GraphEdgeUse[]>();
    eachArgumentPath(call._args, {
      future: (path, argument) => {
        const [whole, part] = takenFrom(argument);
        const source = this.#callKeys.get(whole);
        if (source !== undefined) addTo(uses, source, part === undefined ? { path } : { path, part });
      },
    });
    this.#addArguments(key, uses);
  }

  #addWithValues(call: Future): void {
    const key = this.#keyOf(call);
    const uses = new Map<string, GraphEdgeUse[]>();
    eachArgumentPath(call._args, {
      future: (path, argument) => {
        // Found before, for dependencies come first; a call that waits for itself is not.
        const source = this.#valueKeys.get(argument) ?? this.#callKeys.get(takenFrom(argument)[0]);
        if (source !== undefined) addTo(uses, source, { path });
      },
      literal: (path, value) => {
        const text = valueText(value);
        const literal = `${key}(${path})`;
        this.#addNode(literal, { kind: 'literal', label: text, ...this.#shared(call), state: 'done', style: {}, text });
        addTo(uses, literal, { path });
      },
    });
    this.#addNode(key, this.#callAttributes(call));
    this.#addArguments(key, uses);
    const values = valueNodesOf(call, key, this.#partsOf(call));
    const isUsed = ({ futures }: ValueNode): boolean => futures.some((future) => !this.#unused.has(future));
    // Outputs of which none is used are as used as their call, such as those of a graph that nobody resolved yet. A body
    // that returned outputs of a call made in it leaves no trace of which.
    const judges = values.some(isUsed) && (call._parent === undefined || call.state === 'idle');
    for (const value of values) this.#addValue(call, value, this.#unused.has(call) || (judges && !isUsed(value)));
  }

  #addValue(call: Future, value: ValueNode, unused: boolean): void {
    const { key, from, part, step, futures } = value;
    const states = futures.map(({ state }) => state);
    const [state = call.state] = states.includes('done') ? ['done' as const] : states;
    const label = part === undefined ? call._spec.name : `${call._spec.name}.${part}`;
    this.#addNode(key, {
      kind: 'data',
      label,
      ...this.#shared(call),
      state,
      unused,
      style: {},
      ...returnedFrom(futures, this.#shared(call).parent),
      ...(part === undefined ? {} : { part }),
      ...describeValue(value),
    });
    const kind = from === this.#keyOf(call) ? 'output' : 'part';
    this.#addEdge({ source: from, target: key, attributes: step === undefined ? { kind } : { kind, part: step } });
    for (const future of futures) this.#valueKeys.set(future, key);
  }

  #addArguments(target: string, uses: ReadonlyMap<string, GraphEdgeUse[]>): void {
    for (const [source, places] of uses) {
      const path = places.map((place) => place.path).join(', ');
      const parts = places.flatMap((place) => place.part ?? []);
      const part = parts.length === 0 ? {} : { part: [...new Set(parts)].join(', ') };
      this.#addEdge({ source, target, attributes: { kind: 'argument', path, ...part, uses: places } });
    }
  }

  #callAttributes(call: Future): GraphNodeAttributes {
    const { _spec: spec } = call;
    const { style = {} } = spec.options;
    const parts = this.#partsOf(call);
    const shared = this.#shared(call);
    const hidden = this.#calls.hidden.get(call);
    return {
      kind: 'call',
      label: style.label ?? spec.name,
      ...shared,
      state: stateOf(call, parts),
      style,
      ...returnedFrom([call, ...parts], shared.parent),
      ...(hidden === undefined ? {} : { hidden }),
      ...callRecords.get(call),
    };
  }

  /** What a call and its values and literals have in common. */
  #shared(call: Future): Pick<GraphNodeAttributes, 'name' | 'unused' | 'parent'> {
    const parent = call._parent === undefined ? undefined : this.#callKeys.get(call._parent);
    return { name: call._spec.name, unused: this.#unused.has(call), ...(parent === undefined ? {} : { parent }) };
  }

  #partsOf(call: Future): ReadonlySet<Future> {
    return this.#collection.parts.get(call) ?? NO_PARTS;
  }

  #keyOf(call: Future): string {
    const key = this.#callKeys.get(call);
    if (key === undefined)
      throw new DagError('DAG_INTERNAL', { message: `${call._spec.name} is not among the collected calls.` });
    return key;
  }

  #addNode(key: string, attributes: GraphNodeAttributes): void {
    if (this.#graph.order >= this.#maxNodes) throw this.#tooMany(`more than ${this.#maxNodes.toLocaleString('en')}`);
    this.#graph.addNode(key, attributes);
  }

  #addEdge(edge: Edge): void {
    if (this.#graph.hasNode(edge.source)) this.#connect(edge);
    else this.#late.push(edge);
  }

  #connect({ source, target, attributes }: Edge): void {
    this.#graph.addEdgeWithKey(`${source}->${target}`, source, target, attributes);
  }

  #tooMany(count: string): DagError {
    return new DagError('DAG_OPTION', {
      message: `The graph has ${count} nodes; \`maxNodes\` allows ${this.#maxNodes.toLocaleString('en')}.`,
      remedy: "Raise `maxNodes`, pass fewer targets, or ask for less with `detail: 'static'` or `'summary'`.",
    });
  }
}

/** The call that an argument is or is a part of, and which part. */
function takenFrom(argument: Future): [Future, string | undefined] {
  const steps: string[] = [];
  let whole = argument;
  for (let inner = whole._args[0]; whole._spec.immediate && inner instanceof Future; inner = whole._args[0]) {
    steps.push(stepText(whole._args[1]));
    whole = inner;
  }
  return [whole, steps.length === 0 ? undefined : steps.reverse().join('.')];
}

function returnedFrom(futures: readonly Future[], parent: string | undefined): { returned?: true } {
  return parent !== undefined && futures.some((future) => (future._flags & RETURNED) !== 0) ? { returned: true } : {};
}

function addTo(uses: Map<string, GraphEdgeUse[]>, source: string, use: GraphEdgeUse): void {
  const known = uses.get(source);
  if (known === undefined) uses.set(source, [use]);
  else known.push(use);
}
