import type { Scheduler } from '../schedule/scheduler.js';
import { EXPANDED, FREE, RUNNING, WAITING } from '../schedule/states.js';

/** What a task waits for besides its dependencies: the targets of an inner `resolve()` of its body. */
export type InnerTargets = (task: number) => readonly number[];

/**
 * A cycle among tasks that wait, as the tasks on it in the order of waiting; undefined when there is none. Looks from
 * `suspects` on. O(tasks + dependencies) with a stack of its own.
 */
export function findCycle(
  scheduler: Scheduler,
  suspects: Iterable<number>,
  innerTargets: InnerTargets,
): number[] | undefined {
  const colour = new Uint8Array(scheduler.top); // 0 unseen, 1 on the path, 2 done
  for (const suspect of suspects) {
    if (colour[suspect] !== 0 || !waits(scheduler, suspect)) continue;
    const path: number[] = [suspect];
    const left: number[][] = [waitsFor(scheduler, suspect, innerTargets)];
    colour[suspect] = 1;
    while (path.length > 0) {
      const next = left.at(-1)?.pop();
      if (next === undefined) {
        left.pop();
        colour[path.pop() ?? 0] = 2;
      } else if (colour[next] === 1) return path.slice(path.indexOf(next));
      else if (colour[next] === 0 && waits(scheduler, next)) {
        colour[next] = 1;
        path.push(next);
        left.push(waitsFor(scheduler, next, innerTargets));
      }
    }
  }
  return undefined;
}

function waits(scheduler: Scheduler, task: number): boolean {
  const state = scheduler.state(task);
  return state !== FREE && (state === WAITING || state === EXPANDED || state === RUNNING);
}

function waitsFor(scheduler: Scheduler, task: number, innerTargets: InnerTargets): number[] {
  const found: number[] = [];
  // A running body has its inputs; what it waits for are the calls it resolves itself.
  if (scheduler.state(task) === RUNNING) return [...innerTargets(task)];
  scheduler.eachInput(task, (input) => {
    if (waits(scheduler, input)) found.push(input);
  });
  return found;
}
