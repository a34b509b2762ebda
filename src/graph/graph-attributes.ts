import type { FutureState } from './future.js';
import type { NodeStyle } from './options.js';

/**
 * How much of a graph is shown. `'summary'`: every call. `'full'`: also the values between them: results, outputs and
 * literal arguments. `'static'`: the calls as they were built, without those made in bodies.
 */
export type GraphDetail = 'summary' | 'full' | 'static';

/** What a node of the graphology graph is: a call, the value of a call or a part of it, or a literal argument. */
export type GraphNodeKind = 'call' | 'data' | 'literal';

/** Attributes of a node. Those that say nothing of it are absent. */
export interface GraphNodeAttributes {
  kind: GraphNodeKind;
  /** What to write on it: `style.label`, else the node's name; for a value its call's name and part, for a literal its text. */
  label: string;
  /** Name of the node that is called; for a value, of the one whose value it is; for a literal, of the one that takes it. */
  name: string;
  /** Where the call stands; `'done'` for literals. */
  state: FutureState;
  /** Made, but never used. */
  unused: boolean;
  /** How it is to be drawn. */
  style: NodeStyle;
  /** Key of the call in whose body it was made. */
  parent?: string;
  /** How many calls that its body led to are left out, by `maxDepth`. */
  hidden?: number;
  /** The parent waits for it: its body returned it, or a part of it, or it is an effect. */
  returned?: true;
  /** Of a value: which part of the call's value it is. */
  part?: string;
  /** Of a value that is held, and of a literal: the value in a few characters. */
  text?: string;
  /** How many items a step of a pipeline works on at once. */
  replicas?: number;
  /** A step of a pipeline keeps a state. */
  stateful?: true;
  /** Milliseconds since the process's time origin, from a recorded run; of calls. */
  startedAt?: number;
  /** Milliseconds from the start of the body to the value, from a recorded run; of calls. */
  duration?: number;
  /** Bytes of the value's buffers and strings, from a recorded run; of calls and values. */
  bytes?: number;
  /** Which worker ran the body, 0 for the calling thread, from a recorded run; of calls. */
  worker?: number;
}

/** One place among a call's arguments where a value goes. */
export interface GraphEdgeUse {
  /** Where the argument stands: `0`, `1.items[2]`, `0$map["key"]`. */
  path: string;
  /** Which part of the value is taken: the output's name, the key of `.at(key)`. Absent for the whole. */
  part?: string;
}

/** Attributes of an edge. */
export interface GraphEdgeAttributes {
  /**
   * `'argument'`: into a call; `'output'`: from a call to its value; `'part'`: from a value to a part of it;
   * `'feedback'`: to what gives the value for the next item of a pipeline.
   */
  kind: 'argument' | 'output' | 'part' | 'feedback';
  /** Where the argument stands, for several places with commas between: `0`, `0, 1.items[2]`. Of arguments. */
  path?: string;
  /** Which part of the value is taken, for several parts with commas between. */
  part?: string;
  /** Every place and part on its own. Of arguments. */
  uses?: GraphEdgeUse[];
}

/** Attributes of the graph as a whole. */
export interface GraphAttributes {
  /** Name of the Graph that was given. */
  name?: string;
  detail: GraphDetail;
}
