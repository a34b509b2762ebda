import type { SourceOf, StructDefinition, StructView } from '../../memory/struct/definition.js';
import type { ScalarName, ScalarValues } from '../../memory/struct/scalars.js';
import type { Struct } from '../../memory/struct/struct.js';
import { DagError } from '../../errors.js';
import type { done, Emissions, skip } from './emission.js';

/** Any struct. */
export type AnyStruct = Struct<StructDefinition>;

/** What a body sees of a value: a view where the value is a record of a struct, else a value of its own. */
export type Received<Type> = Type extends AnyStruct ? StructView<Type> : Type;

/** What a body is given to fill: a view of the record that will be emitted; nothing where values are no records. */
export type Outlet<Type> = Type extends AnyStruct ? StructView<Type> : undefined;

/** The number of a record that is nothing but one number. */
type OnlyNumber<Definition extends StructDefinition> =
  IsUnion<keyof Definition> extends true
    ? never
    : Definition[keyof Definition] extends infer Name extends ScalarName
      ? ScalarValues[Name]
      : never;

type IsUnion<Keys, Each = Keys> = Each extends unknown ? ([Keys] extends [Each] ? false : true) : never;

type FieldsOf<Type> =
  Type extends Struct<infer Definition extends StructDefinition> ? SourceOf<Definition> | OnlyNumber<Definition> : Type;

/**
 * What a body may return: nothing once it has filled its outlet, the value or some of its fields, the number where a record
 * is nothing else, or a sign.
 */
export type Emitted<Type> = FieldsOf<Type> | undefined | typeof skip | typeof done | Emissions;

/** What a firing may give: {@link Emitted}, at once or later. */
// A body that ends without `return` has the type `void`.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type Firing<Type> = Emitted<Type> | void | PromiseLike<Emitted<Type> | void>;

/** What each of several parents gives. */
export type ReceivedAll<Types extends readonly unknown[]> = { [At in keyof Types]: Received<Types[At]> };

/** What classes of components say of themselves to the compiler; there is nothing of it at run time. */
export declare const signature: unique symbol;

/** What a component takes and gives, as its class says; unknown where that says nothing. */
export interface Signature<In, Out> {
  readonly takes: In;
  readonly gives: Out;
}

/** What a component takes. */
export type TakenBy<Of> = Of extends { readonly [signature]?: Signature<infer In extends readonly unknown[], unknown> }
  ? In[number]
  : unknown;

/** What a component emits. */
export type GivenBy<Of> = Of extends { readonly [signature]?: Signature<readonly unknown[], infer Out> }
  ? Out
  : unknown;

/**
 * What the target of a connection must be besides a component: nothing, unless its source emits records of a struct of which
 * none of its inputs can be. Only types are compared; which input it is, only the layout knows, at run time.
 */
export type TakesFrom<From, To> =
  GivenBy<From> extends AnyStruct
    ? [Received<GivenBy<From>>] extends [Received<TakenBy<To>>]
      ? unknown
      : { readonly 'takes no records of this struct': GivenBy<From> }
    : unknown;

/** What a component is given when its context takes it up. */
export interface Equipment {
  readonly name: string;
  readonly context: string;
  readonly signal: AbortSignal;
}

/** What all components have. Emitter, Router and Collector are what to extend. */
export abstract class Component {
  #equipment: Equipment | undefined;

  /** Its name in the layout. Known from `start` on, as are the others; a constructor comes too early. */
  get name(): string {
    return this.#equipped.name;
  }

  /** Name of the context that it runs in. */
  get context(): string {
    return this.#equipped.context;
  }

  /** Aborted when the component is to end: what waits for a long time should listen to it. */
  get signal(): AbortSignal {
    return this.#equipped.signal;
  }

  get #equipped(): Equipment {
    if (this.#equipment !== undefined) return this.#equipment;
    throw new DagError('DAG_LAYOUT', {
      message: `${this.constructor.name}: a component has a name, a context and a signal once a layout runs it.`,
      remedy: 'Use them in start() and compute(), not in the constructor.',
    });
  }

  /** Takes a component up. @internal */
  static equip(component: Component, equipment: Equipment): void {
    component.#equipment = equipment;
  }
}
