import type { Bond } from '../graph/bond.js';
import type { Future } from '../graph/future.js';

/** Lets the calls of each bond share the places that they have in an order as they were made. O(tasks). */
export function keepBondOrder(order: Int32Array, futureOf: (task: number) => Future): void {
  const places = new Map<Bond, number[]>();
  for (let index = 0; index < order.length; index += 1) {
    const { bond } = futureOf(order[index] as number)._spec; // in range
    if (bond === undefined) continue;
    const known = places.get(bond);
    if (known === undefined) places.set(bond, [index]);
    else known.push(index);
  }
  for (const [bond, taken] of places) {
    const tasks = taken.map((index) => order[index] as number); // in range
    tasks.sort((a, b) => bond.placeOf(futureOf(a)) - bond.placeOf(futureOf(b)));
    tasks.forEach((task, at) => {
      order[taken[at] as number] = task; // as many as there are tasks
    });
  }
}
