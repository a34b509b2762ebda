import type { Future } from '../graph/future.js';

/** An order that a plan chose. */
interface ChosenOrder {
  readonly rank: Int32Array;
  readonly workers: number;
}

interface Place {
  readonly order: ChosenOrder;
  readonly position: number;
}

/** Where calls stand in the order of the last plan they were in. */
const places = new WeakMap<Future, Place>();

/** Remembers the order that a plan chose for its calls, for the run that follows. */
export function rememberPlan(calls: readonly Future[], order: ChosenOrder): void {
  calls.forEach((future, task) => {
    places.set(future, { order, position: order.rank[task] as number }); // the rank has an entry per call
  });
}

/** The tasks in the order of the plan that all of them were in, made for as many workers; undefined when there is none. */
export function plannedOrder(
  tasks: Int32Array,
  futureOf: (task: number) => Future,
  workers: number,
): Int32Array | undefined {
  const first = tasks.length === 0 ? undefined : places.get(futureOf(tasks[0] as number));
  if (first?.order.workers !== workers) return undefined;
  const positions = new Map<number, number>();
  for (const task of tasks) {
    const place = places.get(futureOf(task));
    if (place?.order !== first.order) return undefined;
    positions.set(task, place.position);
  }
  return tasks.slice().sort((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0));
}
