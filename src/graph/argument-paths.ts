import { containersWith, isContainer, isFuture, type Container, isMap, isSet } from './containers.js';
import { Future } from './future.js';
import { valueText } from './value-text.js';

/** What {@link eachArgumentPath} calls. */
export interface ArgumentVisitor {
  /** A Future stands at `path`. */
  readonly future: (path: string, future: Future) => void;
  /** Something without any Future in it stands at `path`: a whole argument, or a part of one that holds Futures elsewhere. */
  readonly literal?: (path: string, value: unknown) => void;
}

/** An element that is still to be looked at. */
interface Pending {
  readonly path: string;
  readonly element: unknown;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** What follows the path of a record in that of its property: `.items`, `["odd key"]`. */
export function propertyPath(key: string): string {
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/**
 * Visits a call's arguments in order, each with its path: `0` is the first argument, `1.items[2]` an element inside the
 * second, `0$map["k"]` the value of a Map's entry, `0$set[3]` an element of a Set. A container that stands in several
 * places is visited at the first. O(size of the containers that hold Futures), on its own stack.
 */
export function eachArgumentPath(args: readonly unknown[], visitor: ArgumentVisitor): void {
  for (const [position, arg] of args.entries()) {
    const path = position.toString();
    if (arg instanceof Future) visitor.future(path, arg);
    else if (typeof arg === 'object' && arg !== null && isContainer(arg)) walk({ path, element: arg }, visitor);
    else visitor.literal?.(path, arg);
  }
}

function walk(
  root: { readonly path: string; readonly element: Container },
  { future, literal }: ArgumentVisitor,
): void {
  const holders = containersWith(root.element, isFuture);
  const seen = new Set<object>();
  const stack: Pending[] = [root];
  for (let pending = stack.pop(); pending !== undefined; pending = stack.pop()) {
    const { path, element } = pending;
    if (element instanceof Future) future(path, element);
    else if (typeof element !== 'object' || element === null || !holders.has(element)) literal?.(path, element);
    else if (!seen.has(element)) {
      seen.add(element);
      const elements = elementsOf(path, element as Container); // only containers are ever holders
      for (let index = elements.length - 1; index >= 0; index -= 1) stack.push(elements[index] as Pending); // in range
    }
  }
}

/** The elements of a container with their paths, in order. */
function elementsOf(path: string, container: Container): Pending[] {
  if (Array.isArray(container))
    return container.map((element, index) => ({ path: `${path}[${index.toString()}]`, element }));
  if (isMap(container)) {
    return Array.from(container, ([key, element]) => ({ path: `${path}$map[${valueText(key)}]`, element }));
  }
  if (isSet(container)) {
    return Array.from(container, (element, index) => ({ path: `${path}$set[${index.toString()}]`, element }));
  }
  return Object.entries(container).map(([key, element]) => ({ path: `${path}${propertyPath(key)}`, element }));
}
