import { propertyPath } from './argument-paths.js';
import { callRecords } from './call-record.js';
import { DONE, FAILED, STATE_BITS, type Future, type FutureState } from './future.js';
import { valueText } from './value-text.js';

/** A value in the full view: that of a call, or a part of it. */
export interface ValueNode {
  readonly key: string;
  /** Key of the call or value that it comes from. */
  readonly from: string;
  /** Which part of the call's value it is, such as `left.0`; undefined for the whole. */
  readonly part: string | undefined;
  /** The last step of {@link part}. */
  readonly step: string | undefined;
  /** The Futures that stand for it: none for an output that nobody was seen to hold, several for `.at()` called twice. */
  readonly futures: Future[];
}

/** How `.at(key)` and outputs are written. */
export function stepText(key: unknown): string {
  return typeof key === 'string' ? key : valueText(key);
}

/**
 * The values of a call, the whole before its parts: one for the call's value or, if it has outputs, one for each of
 * these; then one for each part that is taken of them. `parts` are the Futures of parts, inner ones first.
 */
export function valueNodesOf(call: Future, key: string, parts: Iterable<Future>): ValueNode[] {
  const nodes: ValueNode[] = [];
  const byFuture = new Map<Future, ValueNode>();
  const siblings = new Map<ValueNode | undefined, Map<unknown, ValueNode>>();
  const taken = new Set<string>();
  const addPart = (whole: ValueNode | undefined, name: unknown): ValueNode => {
    const step = stepText(name);
    const from = whole?.key ?? key;
    let own = `${from}${typeof name === 'string' ? propertyPath(name) : `[${step}]`}`;
    while (taken.has(own)) own += '′'; // Maps may have several keys that read alike
    taken.add(own);
    const part = whole?.part === undefined ? step : `${whole.part}.${step}`;
    const node = { key: own, from, part, step, futures: [] };
    nodes.push(node);
    const known = siblings.get(whole);
    if (known === undefined) siblings.set(whole, new Map([[name, node]]));
    else known.set(name, node);
    return node;
  };
  const { outputs } = call._spec;
  if (outputs === undefined) {
    const node = { key: `${key}=`, from: key, part: undefined, step: undefined, futures: [call] };
    nodes.push(node);
    byFuture.set(call, node);
  } else {
    const names = typeof outputs === 'number' ? Array.from({ length: outputs }, (_, index) => index) : outputs;
    for (const name of names) addPart(undefined, name);
  }
  for (const future of parts) {
    const [inner, name] = future._args;
    const whole = byFuture.get(inner as Future); // the first argument of a part is what it is a part of
    const node = siblings.get(whole)?.get(name) ?? addPart(whole, name);
    node.futures.push(future);
    byFuture.set(future, node);
  }
  return nodes;
}

/** Where a call stands, seen with the parts of its value: these may be held, or have failed, after the whole was released. */
export function stateOf(call: Future, parts: Iterable<Future>): FutureState {
  const { state } = call;
  if (state !== 'done' && state !== 'released') return state;
  let held = state === 'done';
  for (const part of parts) {
    const partState = part._flags & STATE_BITS;
    if (partState === FAILED) return 'failed';
    if (partState === DONE) held = true;
  }
  return held ? 'done' : 'released';
}

/** What is known of a value besides its place in the graph. */
export function describeValue({ futures }: ValueNode): { text?: string; bytes?: number } {
  const held = futures.find((future) => (future._flags & STATE_BITS) === DONE);
  const bytes = futures.map((future) => callRecords.get(future)?.bytes).find((known) => known !== undefined);
  return { ...(held === undefined ? {} : { text: valueText(held._value) }), ...(bytes === undefined ? {} : { bytes }) };
}
