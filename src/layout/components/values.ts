import { DagError } from '../../errors.js';
import type { OptionRules } from '../../graph/option-rules.js';
import { functionOption } from '../../stream/function-body.js';
import type { AnyStruct, Emitted } from '../component/component.js';
import { emitAll } from '../component/emission.js';
import { recordOf } from '../component/record-of.js';

/** How values travel: as records of a struct, or as values of any kind, which are copied. */
export type ValueType = AnyStruct | 'any';

/** What a component of such values is declared to give. */
export type ValuesOf<Type extends ValueType> = Type extends AnyStruct ? Type : unknown;

/** A function of the thread of the caller, or a node, which any thread finds. */
export type AnyFunction = (...args: never[]) => unknown;

/** The type that a constructor was given. @throws DAG_OPTION */
export function typeOption(type: ValueType, subject: string): ValueType {
  recordOf(type, subject);
  return type;
}

/** Rule for the option `output` of components that are about values of any kind unless they are told otherwise. */
export const structRule = {
  expected: "a struct, or 'any'",
  allows: (value: unknown): boolean => {
    try {
      recordOf(value, 'output');
      return true;
    } catch {
      return false;
    }
  },
};

/** Rule for the option `inputs`. */
export const inputsRule = {
  expected: "an array of structs, or 'any'",
  allows: (value: unknown): boolean => Array.isArray(value) && value.every((each) => structRule.allows(each)),
};

/** Options of routers that hand on what they are given. */
export interface PassingOptions {
  /** Struct of the records that come and go. Default 'any': values, which are copied; records become plain objects then. */
  readonly output?: ValueType;
}

/** Rules for {@link PassingOptions}. */
export const passingRules: OptionRules<PassingOptions> = { output: structRule };

/** A value of the user's as a body returns it: also `undefined` is one, where values are no records. @throws DAG_OPTION */
export function emitted<Out>(value: unknown, { type, subject }: { type: ValueType; subject: string }): Emitted<Out> {
  // What its type promises is what the user gave; the output checks it.
  if (value !== undefined) return value as Emitted<Out>;
  if (type === 'any') return emitAll([undefined]);
  throw new DagError('DAG_OPTION', { message: `${subject} must give records, got undefined.` });
}

/** The function that a component was given: that of a node, where it is one. @throws DAG_OPTION */
export function bodyOption(fn: unknown, subject: string): (...args: readonly unknown[]) => unknown {
  return functionOption(fn, { subject, expected: 'a function or a node' }); // it takes what it takes
}

/** Lets a component fire by a function, so that the layout sees how many values it takes. */
export function fireBy(component: object, fn: (...args: readonly unknown[]) => unknown): void {
  Object.defineProperty(component, 'compute', { value: fn });
}
