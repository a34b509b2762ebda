import type { CallCollection } from './call-collection.js';
import type { Future } from './future.js';

/** Which calls of a collection are shown, and how many are not. */
export interface ShownCalls {
  readonly shown: ReadonlySet<Future>;
  /** How many of the calls that the body of a shown call led to are not shown; none for those that are not in it. */
  readonly hidden: ReadonlyMap<Future, number>;
}

/** The calls that were built, without those that bodies made. */
export function builtCalls({ calls, built }: CallCollection): ShownCalls {
  return { shown: new Set(calls.slice(0, built)), hidden: new Map() };
}

/**
 * The calls in whose making at most `maxDepth` bodies were nested, and those that were built. O(calls), without
 * recursion.
 */
export function callsDownTo(collection: CallCollection, maxDepth: number): ShownCalls {
  const { calls, built, places } = collection;
  if (maxDepth === Infinity) return { shown: new Set(calls), hidden: new Map() };
  const depths = depthsOf(collection);
  const isShown = (place: number): boolean => place < built || (depths[place] as number) <= maxDepth; // in range
  const hidden = new Map<Future, number>();
  // From the inside out, so that each call knows its own count before it adds that to its parent's.
  const inward = Int32Array.from(depths, (_, place) => place).sort(
    (a, b) => (depths[b] as number) - (depths[a] as number),
  );
  for (const place of inward) {
    if (isShown(place)) continue;
    const call = calls[place] as Future; // in range
    const parent = call._parent;
    if (parent !== undefined && places.has(parent)) {
      hidden.set(parent, (hidden.get(parent) ?? 0) + 1 + (hidden.get(call) ?? 0));
    }
    hidden.delete(call);
  }
  return { shown: new Set(calls.filter((_, place) => isShown(place))), hidden };
}

/** In how many bodies each call was made, one in the other, as far as their calls are in the collection. */
function depthsOf({ calls, places }: CallCollection): Int32Array {
  const depths = new Int32Array(calls.length).fill(-1);
  for (let place = 0; place < calls.length; place += 1) {
    const chain: number[] = [];
    let at: number | undefined = place;
    while (at !== undefined && depths[at] === -1) {
      chain.push(at);
      const parent: Future | undefined = (calls[at] as Future)._parent; // in range
      at = parent === undefined ? undefined : places.get(parent);
    }
    let depth = at === undefined ? -1 : (depths[at] as number); // in range
    for (const inner of chain.reverse()) depths[inner] = depth += 1;
  }
  return depths;
}
