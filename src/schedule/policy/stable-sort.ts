/** Whether task `a` must come before task `b`. */
export type Precedes = (a: number, b: number) => boolean;

/** Below this length insertion beats merging. */
const SHORT = 16;

/** Sorts `tasks[start .. end)` in place; tasks of which neither precedes the other keep their order. O(k log k), O(k) when sorted already. */
export function stableSort(
  tasks: Int32Array,
  { start, end, precedes }: { start: number; end: number; precedes: Precedes },
): void {
  let sorted = start + 1;
  while (sorted < end && !precedes(tasks[sorted] as number, tasks[sorted - 1] as number)) sorted++;
  if (sorted >= end) return;
  for (let from = start; from < end; from += SHORT) {
    insertionSort(tasks, { start: from, end: Math.min(from + SHORT, end), precedes });
  }
  if (end - start > SHORT) mergeRuns(tasks, { start, end, precedes });
}

function insertionSort(
  tasks: Int32Array,
  { start, end, precedes }: { start: number; end: number; precedes: Precedes },
): void {
  for (let at = start + 1; at < end; at++) {
    const task = tasks[at] as number;
    let hole = at;
    while (hole > start && precedes(task, tasks[hole - 1] as number)) {
      tasks[hole] = tasks[hole - 1] as number;
      hole--;
    }
    tasks[hole] = task;
  }
}

/** Merges sorted runs of `SHORT` tasks bottom-up: nothing recursive, one spare array. */
function mergeRuns(
  tasks: Int32Array,
  { start, end, precedes }: { start: number; end: number; precedes: Precedes },
): void {
  const spare = new Int32Array(end - start);
  for (let width = SHORT; width < end - start; width *= 2) {
    for (let from = start; from + width < end; from += 2 * width) {
      const middle = from + width;
      const last = Math.min(middle + width, end);
      if (!precedes(tasks[middle] as number, tasks[middle - 1] as number)) continue;
      spare.set(tasks.subarray(from, middle));
      let left = 0;
      let right = middle;
      for (let to = from; left < width; to++) {
        if (right < last && precedes(tasks[right] as number, spare[left] as number))
          tasks[to] = tasks[right++] as number;
        else tasks[to] = spare[left++] as number;
      }
    }
  }
}
