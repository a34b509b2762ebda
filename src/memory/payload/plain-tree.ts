import { types } from 'node:util';
import { sortOf, type Sort } from './sort.js';

/** Levels after which trees are cut: structured clone uses the JavaScript stack, which may be small. */
export const DEEPEST = 400;

/** Whether structured clone keeps all of a tree by itself and cheaply. About 100 ns for each container, 2 ns for each number. */
export function isPlainTree(root: object): boolean {
  try {
    return walk(root);
  } catch {
    return false; // getters and proxies may throw; packing finds out where
  }
}

/** In the order in which structured clone goes, so that the depths are those that it will meet. */
function walk(root: object): boolean {
  const seen = new Set<object>();
  const stack: object[] = [root];
  const depths: number[] = [0];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    const depth = depths.pop() ?? 0;
    if (seen.has(value)) continue;
    seen.add(value);
    const sort = sortOf(value);
    if (sort === 'atom') continue;
    if (depth > DEEPEST || !isPlainContainer(value, sort)) return false;
    const base = stack.length;
    if (!pushElements(value, sort, stack)) return false;
    for (let low = base, high = stack.length - 1; low < high; low += 1, high -= 1) swap(stack, low, high);
    for (let index = base; index < stack.length; index += 1) depths.push(depth + 1);
  }
  return true;
}

/** Whether a container itself, apart from what is in it, is one that structured clone keeps. */
export function isPlainContainer(value: object, sort: Sort): boolean {
  if (sort !== 'array' && sort !== 'record' && sort !== 'map' && sort !== 'set') return false;
  if (types.isProxy(value)) return false;
  return (
    sort !== 'record' || (Object.getPrototypeOf(value) !== null && Object.getOwnPropertySymbols(value).length === 0)
  );
}

function swap(stack: object[], low: number, high: number): void {
  const lower = stack[low] as object; // both are within the stack
  stack[low] = stack[high] as object;
  stack[high] = lower;
}

/** Appends the objects in a container to a stack; false when something in it is no data. */
function pushElements(value: object, sort: Sort, stack: object[]): boolean {
  const push = (element: unknown): boolean => {
    if (typeof element === 'object' && element !== null) stack.push(element);
    return typeof element !== 'function' && typeof element !== 'symbol';
  };
  if (sort === 'array') return pushArray(value as readonly unknown[], push);
  if (sort === 'map') {
    for (const [key, element] of value as Map<unknown, unknown>) if (!push(key) || !push(element)) return false;
  } else if (sort === 'set') {
    for (const element of value as Set<unknown>) if (!push(element)) return false;
  } else {
    const record = value as Record<string, unknown>;
    for (const key in record) if (Object.hasOwn(record, key) && !push(record[key])) return false;
  }
  return true;
}

function pushArray(elements: readonly unknown[], push: (element: unknown) => boolean): boolean {
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (typeof element !== 'number' && !push(element)) return false;
  }
  return true;
}

/** Whether a container holds nothing but primitives. */
export function isLeaf(value: object, sort: Sort): boolean {
  const stack: object[] = [];
  return isPlainContainer(value, sort) && pushElements(value, sort, stack) && stack.length === 0;
}
