import type { NodeFunction } from '../graph/node.js';
import type { AsyncFlow, Flow, Transform } from './transform.js';

/** Any value. Not written as `unknown`, so that it can be told from that: see {@link Given}. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- everything but null and undefined is meant
type Anything = NonNullable<unknown> | null | undefined;

/** What takes chunks of a type: a transform, a flow, a function or a node. */
export type PartFor<In> = (chunk: In) => Anything;

/** Any part of a composition. */
export type AnyPart = (...chunks: never[]) => unknown;

/** What a part takes. */
type InOf<Part> =
  Part extends AsyncFlow<infer In, infer _Out>
    ? In
    : Part extends Flow<infer In, infer _Out>
      ? In
      : Part extends Transform<infer In, infer _Out>
        ? In
        : Part extends NodeFunction<infer Args>
          ? Args[0]
          : Part extends (chunk: infer In) => unknown
            ? In
            : never;

/** What a part gives for a chunk, promises included; of a flow, each of what it gives. */
type OutOf<Part> = Part extends { flush(): Promise<(infer Out)[]> }
  ? Promise<Out>
  : Part extends { flush(): (infer Out)[] }
    ? Out
    : Part extends Transform<never, infer Out>
      ? Out
      : Part extends { readonly body: (...args: never[]) => infer Out }
        ? Out
        : Part extends (...chunks: never[]) => infer Out
          ? Out
          : never;

/**
 * What the part behind a part is given. The compiler looks at the types of all parts once before it knows those of arrow
 * functions, which are then what {@link PartFor} says: whatever stands behind them has to pass.
 */
export type Given<Part> = Same<OutOf<Part>, Anything> extends true ? never : Awaited<OutOf<Part>>;

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the way to ask for identical types
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type IsFlow<Part> = Part extends { flush(): unknown } ? true : false;
type IsAsync<Part> = [Extract<OutOf<Part>, PromiseLike<unknown>>] extends [never] ? false : true;

type SomeFlow<Parts extends readonly unknown[]> = true extends { [At in keyof Parts]: IsFlow<Parts[At]> }[number]
  ? true
  : false;
type SomeAsync<Parts extends readonly unknown[]> = true extends { [At in keyof Parts]: IsAsync<Parts[At]> }[number]
  ? true
  : false;

type LastOf<Parts extends readonly unknown[]> = Parts extends readonly [...unknown[], infer Last]
  ? Last
  : Parts[number];

/** What parts make together: a flow where some part is one, asynchronous where some part is. */
export type Composed<Parts extends readonly unknown[]> =
  SomeFlow<Parts> extends true
    ? SomeAsync<Parts> extends true
      ? AsyncFlow<InOf<Parts[0]>, Awaited<OutOf<LastOf<Parts>>>>
      : Flow<InOf<Parts[0]>, Awaited<OutOf<LastOf<Parts>>>>
    : SomeAsync<Parts> extends true
      ? Transform<InOf<Parts[0]>, Promise<Awaited<OutOf<LastOf<Parts>>>>>
      : Transform<InOf<Parts[0]>, Awaited<OutOf<LastOf<Parts>>>>;
