import type { AnyPart, Composed, Given, PartFor } from './part-types.js';

/** Puts parts in a row; up to ten of them are checked against each other. */
export interface Compose {
  <A extends AnyPart>(a: A): Composed<[A]>;
  <A extends AnyPart, B extends PartFor<Given<A>>>(a: A, b: B): Composed<[A, B]>;
  <A extends AnyPart, B extends PartFor<Given<A>>, C extends PartFor<Given<B>>>(a: A, b: B, c: C): Composed<[A, B, C]>;
  <A extends AnyPart, B extends PartFor<Given<A>>, C extends PartFor<Given<B>>, D extends PartFor<Given<C>>>(
    a: A,
    b: B,
    c: C,
    d: D,
  ): Composed<[A, B, C, D]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
  ): Composed<[A, B, C, D, E]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
    F extends PartFor<Given<E>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
  ): Composed<[A, B, C, D, E, F]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
    F extends PartFor<Given<E>>,
    G extends PartFor<Given<F>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
  ): Composed<[A, B, C, D, E, F, G]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
    F extends PartFor<Given<E>>,
    G extends PartFor<Given<F>>,
    H extends PartFor<Given<G>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
  ): Composed<[A, B, C, D, E, F, G, H]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
    F extends PartFor<Given<E>>,
    G extends PartFor<Given<F>>,
    H extends PartFor<Given<G>>,
    I extends PartFor<Given<H>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
  ): Composed<[A, B, C, D, E, F, G, H, I]>;
  <
    A extends AnyPart,
    B extends PartFor<Given<A>>,
    C extends PartFor<Given<B>>,
    D extends PartFor<Given<C>>,
    E extends PartFor<Given<D>>,
    F extends PartFor<Given<E>>,
    G extends PartFor<Given<F>>,
    H extends PartFor<Given<G>>,
    I extends PartFor<Given<H>>,
    J extends PartFor<Given<I>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
    j: J,
  ): Composed<[A, B, C, D, E, F, G, H, I, J]>;
  /** More than ten parts are not checked against each other. */
  <Parts extends More>(...parts: Parts): Composed<Parts>;
}

type Five = [AnyPart, AnyPart, AnyPart, AnyPart, AnyPart];
type More = readonly [...Five, ...Five, AnyPart, ...AnyPart[]];
