import type { NodeFunction } from '../graph/node.js';
import type { AsyncFlow, Flow, Transform } from './transform.js';

/** What takes chunks of a type: a transform, a flow, a function or a node. */
export type PartFor<In> = (chunk: In) => unknown;

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

/** What the part behind a part is given. */
export type Given<Part> = Awaited<OutOf<Part>>;

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
      ? AsyncFlow<InOf<Parts[0]>, Given<LastOf<Parts>>>
      : Flow<InOf<Parts[0]>, Given<LastOf<Parts>>>
    : SomeAsync<Parts> extends true
      ? Transform<InOf<Parts[0]>, Promise<Given<LastOf<Parts>>>>
      : Transform<InOf<Parts[0]>, Given<LastOf<Parts>>>;
