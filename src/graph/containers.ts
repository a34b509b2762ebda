import { types } from 'node:util';
import { DagError } from '../errors.js';
import { Future, FUTURE_BRAND } from './future.js';

/**
 * Futures are looked for inside arrays, plain objects, Maps and Sets, at any depth; class instances, buffers and
 * functions are taken as they are. Every walk here keeps its own stack, so that depth costs memory and never the
 * JavaScript stack, and visits a shared or cyclic container once.
 */
export type Container = unknown[] | Record<string, unknown> | Map<unknown, unknown> | Set<unknown>;

const tagOf = (value: object): string => Object.prototype.toString.call(value);

/** Whether a value is a Map, of whatever realm. */
export function isMap(value: object): value is Map<unknown, unknown> {
  return value instanceof Map || (isOdd(value) && types.isMap(value));
}

/** Whether a value is a Set, of whatever realm. */
export function isSet(value: object): value is Set<unknown> {
  return value instanceof Set || (isOdd(value) && types.isSet(value));
}

/** Not a plain object or list of this realm: what most values are needs no closer look. */
function isOdd(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== Array.prototype;
}

/** Whether a value is a container that is looked into. */
export function isContainer(value: object): value is Container {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return true;
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return isDirect(prototype);
  // A plain object of another realm (vm contexts, test runners) has another Object.prototype, which ends its chain.
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    tagOf(value) === '[object Object]' &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

/** Whether a prototype stands right below Object.prototype, of whatever realm: instances of subclasses are not searched. */
function isDirect(prototype: unknown): boolean {
  const above: unknown = typeof prototype === 'object' ? Object.getPrototypeOf(prototype) : undefined;
  return typeof above === 'object' && above !== null && Object.getPrototypeOf(above) === null;
}

/** Whether an element is a Future of this copy of the library. */
export function isFuture(element: object): element is Future {
  return element instanceof Future;
}

/** Refuses Futures of another copy of the library; this copy cannot run them. */
function refuseForeign(value: object): void {
  if (!(value instanceof Future) && FUTURE_BRAND in value) {
    throw new DagError('DAG_FOREIGN_FUTURE', {
      message:
        'A Future of another copy of lazydag was found among the arguments or targets; expected one of this copy.',
      remedy:
        'Install lazydag once (`npm ls lazydag` shows the copies), or resolve the Future with its own copy first.',
    });
  }
}

/** Calls `visit` with each element of a container that is an object; keys of Maps are not searched. */
function eachObject(container: Container, visit: (element: object) => void): void {
  if (Array.isArray(container)) {
    for (const element of container) if (typeof element === 'object' && element !== null) visit(element);
  } else if (isMap(container) || isSet(container)) {
    for (const element of container.values()) if (typeof element === 'object' && element !== null) visit(element);
  } else {
    for (const key in container) {
      const element = container[key];
      if (typeof element === 'object' && element !== null && Object.hasOwn(container, key)) visit(element);
    }
  }
}

/**
 * Calls `found` with every Future in `value`, as often as it stands there, in order. O(size of the containers).
 *
 * @throws DAG_FOREIGN_FUTURE
 */
export function eachFuture(value: unknown, found: (future: Future) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Future) {
    found(value);
    return;
  }
  if (!isContainer(value)) {
    refuseForeign(value);
    return;
  }
  walk(value, found);
}

function walk(root: Container, found: (future: Future) => void): void {
  let seen: Set<object> | undefined;
  let stack: Container[] | undefined;
  let current: Container | undefined = root;
  // Containers found inside the current one, to be visited in order after it.
  let inner: Container[] = [];
  const visit = (element: object): void => {
    if (element instanceof Future) found(element);
    else if (isContainer(element)) inner.push(element);
    else refuseForeign(element);
  };
  while (current !== undefined) {
    eachObject(current, visit);
    if (inner.length > 0) {
      seen ??= new Set([root]);
      stack ??= [];
      for (let index = inner.length - 1; index >= 0; index -= 1) {
        const element = inner[index];
        if (element !== undefined && !seen.has(element)) {
          seen.add(element);
          stack.push(element);
        }
      }
      inner = [];
    }
    current = stack?.pop();
  }
}

/** Whether any Future stands in `value`. */
export function holdsFuture(value: unknown): boolean {
  let holds = false;
  eachFuture(value, () => {
    holds = true;
  });
  return holds;
}

/** What {@link substitute} puts in place of what. */
export interface Substitution<Match extends object> {
  readonly match: (element: object) => element is Match;
  readonly replace: (element: Match) => unknown;
}

/** {@link substitute} for Futures. */
export function substituteFutures(value: unknown, replace: (future: Future) => unknown): unknown {
  return substitute(value, { match: isFuture, replace });
}

/**
 * A copy of `value` in which every match was replaced; containers without matches are not copied, so they keep their
 * identity, and neither are the values put in. Shared and cyclic containers stay so.
 */
export function substitute<Match extends object>(value: unknown, { match, replace }: Substitution<Match>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (match(value)) return replace(value);
  if (!isContainer(value)) return value;
  const holders = containersWith(value, match);
  if (!holders.has(value)) return value;
  const copies = new Map<object, Container>();
  const stack: Container[] = [];
  const copyOf = (container: Container): Container => {
    let copy = copies.get(container);
    if (copy === undefined) {
      copy = emptyLike(container);
      copies.set(container, copy);
      stack.push(container);
    }
    return copy;
  };
  const swap = (element: unknown): unknown => {
    if (typeof element !== 'object' || element === null) return element;
    if (match(element)) return replace(element);
    return holders.has(element) ? copyOf(element as Container) : element; // only containers are ever holders
  };
  const result = copyOf(value);
  for (let container = stack.pop(); container !== undefined; container = stack.pop()) {
    fill(copyOf(container), container, swap);
  }
  return result;
}

/** The containers that hold a match, themselves or further inside; `root` among them. */
export function containersWith(root: Container, match: (element: object) => boolean): Set<object> {
  const parents = new Map<object, Container[]>([[root, []]]);
  const holders: Container[] = [];
  const stack: Container[] = [root];
  for (let container = stack.pop(); container !== undefined; container = stack.pop()) {
    const parent = container;
    eachObject(parent, (element) => {
      if (match(element)) {
        if (holders.at(-1) !== parent) holders.push(parent);
      } else if (isContainer(element)) {
        const known = parents.get(element);
        if (known === undefined) {
          parents.set(element, [parent]);
          stack.push(element);
        } else known.push(parent);
      }
    });
  }
  const marked = new Set<object>();
  for (let holder = holders.pop(); holder !== undefined; holder = holders.pop()) {
    if (marked.has(holder)) continue;
    marked.add(holder);
    for (const parent of parents.get(holder) ?? []) holders.push(parent);
  }
  return marked;
}

function emptyLike(container: Container): Container {
  if (Array.isArray(container)) return new Array<unknown>(container.length);
  if (isMap(container)) return new Map<unknown, unknown>();
  if (isSet(container)) return new Set<unknown>();
  return Object.create(Object.getPrototypeOf(container) as object | null) as Record<string, unknown>; // plain, as isContainer has seen
}

function fill(copy: Container, original: Container, swap: (element: unknown) => unknown): void {
  if (Array.isArray(original)) {
    const target = copy as unknown[]; // made by emptyLike(original), as in every branch below
    for (let index = 0; index < original.length; index += 1)
      if (index in original) target[index] = swap(original[index]);
  } else if (isMap(original)) {
    const target = copy as Map<unknown, unknown>;
    for (const [key, element] of original) target.set(key, swap(element));
  } else if (isSet(original)) {
    const target = copy as Set<unknown>;
    for (const element of original) target.add(swap(element));
  } else {
    const target = copy as Record<string, unknown>;
    for (const key of Reflect.ownKeys(original) as string[]) {
      // Symbol keys are copied as they are: only named properties are searched for Futures.
      if (!Object.prototype.propertyIsEnumerable.call(original, key)) continue;
      const element = original[key];
      // Defined rather than assigned: a key named __proto__ must stay a key.
      Object.defineProperty(target, key, {
        value: swap(element),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
}
