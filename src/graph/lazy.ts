import { DagError } from '../errors.js';
import type { Future } from './future.js';
import { nodeFunction, specOf, type NodeFunction } from './node.js';
import { describeOption } from './options.js';
import type { IsTuple } from './types.js';

/** A method as {@link lazy} shows it. */
type LazyMethod<Method> = Method extends (...args: infer Args) => infer Result
  ? NodeFunction<Args, Result, IsTuple<Awaited<Result>> extends true ? number : undefined>
  : never;

/** The methods of `Target`, typed as nodes. */
export type LazyMethods<Target> = {
  readonly [Key in keyof Target as Target[Key] extends (...args: never[]) => unknown ? Key : never]: LazyMethod<
    Target[Key]
  >;
};

/**
 * The decorated methods of a class (its static ones) or of an instance, typed as the nodes they are and with `this`
 * bound, so that they can be taken apart: `const { mean, split } = lazy(Stats)`. A method that is declared to
 * return a tuple is shown as one with `outputs`: declare it so.
 *
 * @throws DAG_NOT_A_NODE when nothing of `target` is decorated.
 */
export function lazy<Target extends object>(target: Target): LazyMethods<Target> {
  const methods: Record<PropertyKey, unknown> = {};
  const seen = new Set<string | symbol>();
  for (let owner: object | null = target; owner !== null && owner !== Object.prototype; owner = parentOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      // What a subclass overrides without decorating it is no node any more.
      if (seen.has(key)) continue;
      seen.add(key);
      const spec = specOf(Object.getOwnPropertyDescriptor(owner, key)?.value);
      if (spec !== undefined) methods[key] = nodeFunction(spec, { receiver: target });
    }
  }
  if (Reflect.ownKeys(methods).length === 0) {
    throw new DagError('DAG_NOT_A_NODE', {
      message: `lazy() expects a class or an instance with decorated methods, got ${describeOption(target)} without any.`,
      remedy: 'Put @node() above the methods; call lazy(Class) for static methods and lazy(instance) for the others.',
    });
  }
  return methods as LazyMethods<Target>; // a mapped type over runtime keys
}

function parentOf(owner: object): object | null {
  return Object.getPrototypeOf(owner) as object | null;
}

/**
 * The identity at run time. In a method that is declared to return `Future<R>` it lets the body return an `R`, since a
 * body's value and a Future of it mean the same.
 */
export function value<T>(plain: T): Future<T> {
  return plain as unknown as Future<T>; // by design: see above
}
