import { Graph, lazy, node, resolve, type Future } from '../../src/index.js';
import { assertType, type Equal } from './assert-type.js';

const one = node(() => 1);

// Read-only containers accept Futures inside, as the others do.
const total = node((parts: ReadonlyMap<string, number>, extra: ReadonlySet<number>) => parts.size + extra.size);
assertType<Equal<ReturnType<typeof total>, Future<number>>>();
total(new Map([['a', one()]]), new Set([one()]));

// Instances of classes are taken as they are, and come out as they went in.
export const made = node(() => new Graph())();
assertType<Equal<typeof made, Future<Graph>>>();
class Box {
  constructor(readonly inner: Future<number>) {}
  open(): Future<number> {
    return this.inner;
  }
}
export const boxed = resolve({ box: new Box(one()) });
assertType<Equal<Awaited<typeof boxed>['box'], Box>>();

// Settled targets of a Graph are typed as such.
export const settled = new Graph().resolve([one()], { settle: true });
assertType<Equal<Awaited<typeof settled>, PromiseSettledResult<number>[]>>();

// Decorated methods keep their types, generic ones too.
class Methods {
  @node() static same<T>(x: T): T {
    return x;
  }
  @node() double(x: number): number {
    return 2 * x;
  }
}
assertType<Equal<typeof Methods.same, <T>(x: T) => T>>();
export const doubled = lazy(new Methods()).double(one());
assertType<Equal<typeof doubled, Future<number>>>();
