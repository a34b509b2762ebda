import fc from 'fast-check';
import { node, type Future, type Graph, type NodeStyle } from '../../src/index.js';

/** One call of a random graph. */
export interface Step {
  readonly name: string;
  readonly style: NodeStyle;
  /** Which Futures made so far are its arguments, counted round. */
  readonly takes: readonly number[];
  readonly wrapped: 'plain' | 'array' | 'record' | 'map' | 'set';
  readonly outputs: boolean;
  readonly effect: boolean;
  readonly fails: boolean;
  /** The calls of its body. */
  readonly body: readonly Step[];
  readonly returns: 'a value' | 'the last' | 'all';
}

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
  fc.constantFrom('"', '\\', '<b>', '&amp;', '\\N', 'a\nb', '}', '->', 'cluster_n0', '🎉', '#', '\ud800'),
);

const style = fc.record(
  {
    label: fc.oneof(text, fc.constant('')),
    shape: fc.constantFrom('box', 'cylinder', 'diamond', 'ellipse', 'record', 'nonsense'),
    color: fc.constantFrom('lightblue', '#102030', 'no colour', ''),
    rank: fc.integer({ min: -1, max: 2 }),
    fontsize: fc.double({ noNaN: true }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<NodeStyle>;

/** Random steps whose bodies have steps in turn, up to three deep. */
export const steps: fc.Arbitrary<Step[]> = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 5, depthIdentifier: 'body' }),
  step: fc.record({
    name: text,
    style,
    takes: fc.array(fc.nat(), { maxLength: 3 }),
    wrapped: fc.constantFrom('plain', 'array', 'record', 'map', 'set'),
    outputs: fc.boolean(),
    effect: fc.boolean(),
    fails: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    body: fc.oneof({ maxDepth: 3, depthIdentifier: 'body' }, fc.constant([]), tie('steps')),
    returns: fc.constantFrom('a value', 'the last', 'all'),
  }),
})).steps;

/** Makes the calls; in bodies also from Futures of the calls around them. */
export function makeCalls(plan: readonly Step[], around: readonly Future[] = []): Future[] {
  const made: Future[] = [];
  for (const step of plan) {
    const known = [...around, ...made];
    const args = known.length === 0 ? [] : step.takes.map((take) => wrap(step, known[take % known.length], take));
    const body = (): unknown => {
      if (step.fails) throw new Error('failed on purpose');
      // Only what is older than this call: anything younger may depend on it.
      const inner = makeCalls(step.body, known);
      const value =
        step.returns === 'a value' || inner.length === 0 ? 1 : step.returns === 'all' ? inner : inner.at(-1);
      return step.outputs ? { left: value, right: 2 } : value;
    };
    const { name, style: look, effect } = step;
    if (step.outputs)
      made.push(
        ...Object.values(node(body, { name, style: look, effect, outputs: ['left', 'right'] })(...(args as []))),
      );
    else made.push(node(body, { name, style: look, effect })(...(args as [])));
  }
  return made;
}

function wrap({ wrapped }: Step, future: Future | undefined, key: number): unknown {
  switch (wrapped) {
    case 'plain':
      return future;
    case 'array':
      return [key, future];
    case 'record':
      return { key, [`key ${key.toString()}`]: [future] };
    case 'map':
      return new Map([[key, future]]);
    case 'set':
      return new Set([future, key]);
  }
}

/** Makes the calls in a Graph. */
export function makeCallsIn(graph: Graph, plan: readonly Step[]): Future[] {
  return graph.run(() => makeCalls(plan));
}
