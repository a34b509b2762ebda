import { DagError } from '../../errors.js';
import type { ComponentRef } from './component-ref.js';
import type { Edge } from './edge.js';

/** Whether an edge can begin a loop: its target fires although nothing came along it. */
function begins({ to, options }: Edge): boolean {
  return 'initial' in options || to.options.merge === true;
}

/**
 * Finds loops in which every component waits for the one before it. O(components + edges).
 *
 * @throws DAG_LAYOUT naming the loop.
 */
export function checkLoops(edges: readonly Edge[]): void {
  const waiting = new Map<ComponentRef, ComponentRef[]>();
  for (const edge of edges) {
    if (edge.role === 'parameters' || begins(edge)) continue;
    const targets = waiting.get(edge.from);
    if (targets === undefined) waiting.set(edge.from, [edge.to]);
    else targets.push(edge.to);
  }
  const finished = new Set<ComponentRef>();
  for (const start of waiting.keys()) {
    const loop = loopFrom(start, { waiting, finished });
    if (loop === undefined) continue;
    const names = [...loop, loop[0]].map((ref) => ref?.name ?? '').join(' → ');
    throw new DagError('DAG_LAYOUT', {
      message: `${names} is a loop in which each waits for the one before it, so that none ever fires.`,
      remedy: 'Give one of these connections a first value: connect(from, to, { initial }).',
    });
  }
}

/** A depth-first walk on its own stack. */
function loopFrom(
  start: ComponentRef,
  {
    waiting,
    finished,
  }: { readonly waiting: ReadonlyMap<ComponentRef, readonly ComponentRef[]>; readonly finished: Set<ComponentRef> },
): readonly ComponentRef[] | undefined {
  const path: { readonly ref: ComponentRef; next: number }[] = [];
  const enter = (ref: ComponentRef): void => void path.push({ ref, next: 0 });
  if (!finished.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const target = waiting.get(top.ref)?.[top.next];
    top.next += 1;
    if (target === undefined) {
      finished.add(top.ref);
      path.pop();
    } else if (!finished.has(target)) {
      const at = path.findIndex(({ ref }) => ref === target);
      if (at !== -1) return path.slice(at).map(({ ref }) => ref);
      enter(target);
    }
  }
  return undefined;
}

/** The edges by which values come back to where they came from: their ends do not have to be waited for. */
export function feedbackEdges(edges: readonly Edge[]): ReadonlySet<Edge> {
  const targets = new Map<ComponentRef, ComponentRef[]>();
  for (const { from, to, role } of edges) {
    if (role !== 'parameters') targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const reaches = (start: ComponentRef, goal: ComponentRef): boolean => {
    const seen = new Set([start]);
    for (const ref of seen) for (const next of targets.get(ref) ?? []) seen.add(next); // a Set is walked as it grows
    return seen.has(goal);
  };
  return new Set(edges.filter((edge) => begins(edge) && edge.role !== 'parameters' && reaches(edge.to, edge.from)));
}
