import type { Future } from './future.js';

/** Counts a depth down; types look at most four levels into containers. */
type Below = [never, 0, 1, 2, 3];

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Types that are never looked into, though they are objects. */
type Opaque =
  | ((...args: never[]) => unknown)
  | ArrayBufferLike
  | ArrayBufferView
  | Date
  | Error
  | PromiseLike<unknown>
  | RegExp
  | (WeakKey & symbol);

/** Whether a type has methods, and so is that of a class's instances rather than of plain data. */
type IsInstance<T> = T extends readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
  ? false
  : { [Key in keyof T]-?: T[Key] extends (...args: never[]) => unknown ? true : never }[keyof T] extends never
    ? false
    : true;

/**
 * What a parameter of type `T` accepts when its node is called: the value, a Future of it, or a container (array,
 * tuple, plain object, Map, Set) that holds Futures in places of values, down to four levels.
 */
export type Lazy<T, Depth extends number = 4> = IsAny<T> extends true ? T : T | Future<T> | LazyInside<T, Depth>;

type LazyInside<T, Depth extends number> = [Depth] extends [0]
  ? never
  : T extends Future | Opaque
    ? never
    : IsInstance<T> extends true
      ? never
      : T extends ReadonlyMap<infer Key, infer Value>
        ? ReadonlyMap<Key, Lazy<Value, Below[Depth]>>
        : T extends ReadonlySet<infer Element>
          ? ReadonlySet<Lazy<Element, Below[Depth]>>
          : T extends object
            ? { [Key in keyof T]: Lazy<T[Key], Below[Depth]> }
            : never;

/** The parameters of a node's call: each of the body's parameters, or Futures of it. */
export type LazyParameters<Args extends readonly unknown[]> = { [Index in keyof Args]: Lazy<Args[Index]> };

/** Whether a Future is statically visible in `T`, down to four levels. */
type HoldsFuture<T, Depth extends number = 4> =
  IsAny<T> extends true
    ? false
    : T extends Future
      ? true
      : [Depth] extends [0]
        ? false
        : T extends Opaque
          ? false
          : IsInstance<T> extends true
            ? false
            : T extends ReadonlyMap<unknown, infer Value>
              ? HoldsFuture<Value, Below[Depth]>
              : T extends ReadonlySet<infer Element>
                ? HoldsFuture<Element, Below[Depth]>
                : T extends readonly unknown[]
                  ? HoldsFuture<T[number], Below[Depth]>
                  : T extends object
                    ? HoldsFuture<T[keyof T], Below[Depth]>
                    : false;

/** What `T` is after every Future that is statically visible in it, down to four levels, gave way to its value. */
export type Resolved<T, Depth extends number = 4> = true extends HoldsFuture<T, Depth> ? ResolvedInside<T, Depth> : T;

type ResolvedInside<T, Depth extends number> =
  T extends Future<infer Value>
    ? Value
    : [Depth] extends [0]
      ? T
      : T extends Opaque
        ? T
        : IsInstance<T> extends true
          ? T
          : T extends Map<infer Key, infer Value>
            ? Map<Key, Resolved<Value, Below[Depth]>>
            : T extends Set<infer Element>
              ? Set<Resolved<Element, Below[Depth]>>
              : T extends ReadonlyMap<infer Key, infer Value>
                ? ReadonlyMap<Key, Resolved<Value, Below[Depth]>>
                : T extends ReadonlySet<infer Element>
                  ? ReadonlySet<Resolved<Element, Below[Depth]>>
                  : T extends object
                    ? { -readonly [Key in keyof T]: Resolved<T[Key], Below[Depth]> }
                    : T;

/** The value of a call whose body returns `Result`: promises awaited, returned Futures followed. */
export type CallValue<Result> = Resolved<Awaited<Result>>;

/** How many or which outputs a node has. */
export type OutputsOption = number | readonly string[];

type TupleOf<Element, Length extends number, Built extends Element[] = []> = number extends Length
  ? Element[]
  : Built['length'] extends Length
    ? Built
    : TupleOf<Element, Length, [...Built, Element]>;

/** What calling a node with `outputs` gives: a tuple or a record with a Future per output. */
export type OutputFutures<Value, Outputs extends OutputsOption> = Outputs extends readonly string[]
  ? { [Key in Outputs[number]]: Future<Key extends keyof Value ? Resolved<Value[Key]> : unknown> }
  : Outputs extends number
    ? Value extends readonly unknown[]
      ? number extends Value['length']
        ? TupleOf<Future<Resolved<Value[number]>>, Outputs>
        : { -readonly [Index in keyof Value]: Future<Resolved<Value[Index]>> }
      : TupleOf<Future, Outputs>
    : never;

/** A fixed-length array type; `number[]` is not one. */
export type IsTuple<T> = T extends readonly unknown[] ? (number extends T['length'] ? false : true) : false;

/** What `T` is after every Future that is statically visible in it gave way to how it ended. */
export type Settled<T, Depth extends number = 4> =
  T extends Future<infer Value>
    ? PromiseSettledResult<Value>
    : true extends HoldsFuture<T, Depth>
      ? T extends Map<infer Key, infer Value>
        ? Map<Key, Settled<Value, Below[Depth]>>
        : T extends Set<infer Element>
          ? Set<Settled<Element, Below[Depth]>>
          : { -readonly [Key in keyof T]: Settled<T[Key], Below[Depth]> }
      : T;
