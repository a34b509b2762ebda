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
  let seen: Set<object> | undefined;
  const stack: object[] = [root];
  const depths: number[] = [0];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    const depth = depths.pop() ?? 0;
    if (seen?.has(value) === true) continue;
    const sort = sortOf(value);
    if (sort === 'atom') continue;
    if (depth > DEEPEST || !isPlainContainer(value, sort)) return false;
    const base = stack.length;
    if (!pushElements(value, sort, stack)) return false;
    if (stack.length === base) continue; // a leaf is sooner looked at again than remembered
    (seen ??= new Set()).add(value);
    for (let low = base, high = stack.length - 1; low < high; low += 1, high -= 1) swap(stack, low, high);
    for (let index = base; index < stack.length; index += 1) depths.push(depth + 1);
  }
  return true;
}

/** Whether a container itself, apart from what is in it, is one that structured clone keeps. */
function isPlainContainer(value: object, sort: Sort): boolean {
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
  if (sort === 'array') return pushArray(value as readonly unknown[], stack); // by its sort, as below
  if (sort === 'record') return pushRecord(value as Record<string, unknown>, stack);
  if (sort === 'set') return pushArray([...(value as Set<unknown>)], stack);
  for (const entry of value as Map<unknown, unknown>) if (!pushArray(entry, stack)) return false;
  return true;
}

function pushArray(elements: readonly unknown[], stack: object[]): boolean {
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (typeof element === 'number') continue;
    if (typeof element === 'object') {
      if (element !== null) stack.push(element);
    } else if (typeof element === 'function' || typeof element === 'symbol') return false;
  }
  return true;
}

function pushRecord(record: Record<string, unknown>, stack: object[]): boolean {
  for (const key in record) {
    const element = record[key];
    if (typeof element === 'number') continue;
    if (typeof element === 'object') {
      if (element !== null && Object.hasOwn(record, key)) stack.push(element);
    } else if (typeof element === 'function' || typeof element === 'symbol') {
      if (Object.hasOwn(record, key)) return false;
    }
  }
  return true;
}

/** Whether a container holds nothing but primitives; not so where looking at it throws. */
export function isLeaf(value: object, sort: Sort): boolean {
  const stack: object[] = [];
  try {
    return isPlainContainer(value, sort) && pushElements(value, sort, stack) && stack.length === 0;
  } catch {
    return false;
  }
}
