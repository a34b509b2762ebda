import { DagError } from '../../errors.js';
import type { RecordDescription } from '../channel/record.js';
import type { Traits } from '../context/messages.js';
import type { ComponentRef } from './component-ref.js';
import type { Edge } from './edge.js';

/** What is wrong with what comes into a component. */
export interface InputProblem {
  /** It may be right once more is connected. */
  readonly incomplete: boolean;
  readonly error: DagError;
}

/** Compares what comes into a component with what its class takes; undefined when it can run. One that was not built cannot. */
export function problemOf(
  ref: ComponentRef,
  { traits, edges }: { readonly traits: ReadonlyMap<ComponentRef, Traits>; readonly edges: readonly Edge[] },
): InputProblem | undefined {
  const own = traits.get(ref);
  if (own === undefined) return { incomplete: true, error: layoutError(`${ref.name} was not built yet.`) };
  const into = edges.filter(({ to }) => to === ref);
  for (const { from, role } of into) {
    const output = traits.get(from)?.output;
    if (role === 'parameters' && !same(output, own.parameters)) return refuse(parametersProblem(from, ref, own));
  }
  if (own.kind === 'emitter') return undefined;
  return countProblem(ref, { own, into }) ?? typeProblem(ref, { own, into, traits });
}

function countProblem(
  { name, options }: ComponentRef,
  { own, into }: { readonly own: Traits; readonly into: readonly Edge[] },
): InputProblem | undefined {
  const parents = into.filter(({ role }) => role !== 'parameters').length;
  const { least, most } = takes(own);
  const count = (value: number): string => `${value.toString()} ${value === 1 ? 'parent' : 'parents'}`;
  if (parents < least) {
    const error = layoutError(
      `${name} takes ${count(least)}, and ${parents.toString()} are connected.`,
      fillsUnknown(own, parents) ? FILLS : undefined,
    );
    return { incomplete: true, error };
  }
  if (parents > most) return refuse(`${name} takes ${count(most)}, and ${parents.toString()} are connected.`);
  if (into.some(({ role }) => role === 'trigger')) return undefined;
  const error = layoutError(
    `${name} never fires: none of its parents triggers it${options.merge === true ? ', merge or not' : ''}.`,
  );
  return { incomplete: true, error };
}

const FILLS =
  'If the last parameter of its `compute` is what it fills, its class must say of which struct: `static readonly output = …`.';

/** Whether a router without a struct looks as if it had one: the last parameter is left over. */
function fillsUnknown({ kind, output, arity }: Traits, parents: number): boolean {
  return kind === 'router' && output === 'bytes' && arity > 1 && arity === parents + 1;
}

/** How many parents a component takes. */
function takes({ kind, inputs, arity, variadic, returns, output }: Traits): {
  readonly least: number;
  readonly most: number;
} {
  if (inputs !== undefined) return { least: inputs.length, most: inputs.length };
  if (variadic) return { least: Math.max(1, arity), most: Infinity };
  // The last parameter of a router is what it fills, if it is a record; a body that returns records does without.
  const fills = kind === 'router' && output !== 'bytes' ? 1 : 0;
  if (arity === 0) return { least: 1, most: Infinity };
  return { least: Math.max(1, arity - fills), most: Math.max(1, returns ? arity : arity - fills) };
}

function typeProblem(
  { name }: ComponentRef,
  {
    own,
    into,
    traits,
  }: { readonly own: Traits; readonly into: readonly Edge[]; readonly traits: ReadonlyMap<ComponentRef, Traits> },
): InputProblem | undefined {
  if (own.inputs === undefined) return undefined;
  const values = into.filter(({ role }) => role !== 'parameters');
  for (const [index, { from }] of values.entries()) {
    const wanted = own.inputs[index];
    if (wanted === 'bytes' || same(traits.get(from)?.output, wanted)) continue;
    return refuse(`${from.name} emits ${textOf(traits.get(from)?.output)}, and ${name} takes ${textOf(wanted)} there.`);
  }
  return undefined;
}

function parametersProblem(from: ComponentRef, to: ComponentRef, { parameters }: Traits): string {
  return parameters === undefined
    ? `parametrize(): ${to.name} has no parameters.`
    : `parametrize(): ${from.name} must emit the parameters of ${to.name}, ${textOf(parameters)}.`;
}

function same(one: RecordDescription | undefined, other: RecordDescription | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

function textOf(record: RecordDescription | undefined): string {
  if (record === undefined) return 'nothing';
  return record === 'bytes' ? 'values that are no records' : `{ ${record.fields.map(([field]) => field).join(', ')} }`;
}

function refuse(message: string): InputProblem {
  return { incomplete: false, error: layoutError(message) };
}

function layoutError(message: string, remedy?: string): DagError {
  return new DagError('DAG_LAYOUT', { message, ...(remedy === undefined ? {} : { remedy }) });
}
