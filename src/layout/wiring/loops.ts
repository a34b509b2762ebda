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

/** The edges by which values come back to where they came from, and which begin a loop. */
export function feedbackEdges(edges: readonly Edge[]): ReadonlySet<Edge> {
  const ways = edges.filter(({ role }) => role !== 'parameters');
  const targets = neighbours(ways, ({ from, to }) => [from, to]);
  return new Set(ways.filter((edge) => begins(edge) && reached(edge.to, targets).has(edge.from)));
}

/** The components of each loop: each of them is reached from each other one. O(edges) for each edge that begins a loop. */
export function loopsOf(edges: readonly Edge[]): readonly ReadonlySet<ComponentRef>[] {
  const ways = edges.filter(({ role }) => role !== 'parameters');
  const targets = neighbours(ways, ({ from, to }) => [from, to]);
  const sources = neighbours(ways, ({ from, to }) => [to, from]);
  const loops: ReadonlySet<ComponentRef>[] = [];
  for (const { to } of feedbackEdges(ways)) {
    if (loops.some((loop) => loop.has(to))) continue;
    const before = reached(to, sources);
    loops.push(new Set([...reached(to, targets)].filter((ref) => before.has(ref))));
  }
  return loops;
}

/**
 * The edges that begin loops which would go on when all sources have ended, as long as anything goes round. Without `merge` a
 * component ends with the first of its parents, so that a loop through one that takes values from outside is none of these.
 *
 * @param hasEnded whether a component has; sources count as if they had.
 */
export function selfFedEdges(
  edges: readonly Edge[],
  hasEnded: (ref: ComponentRef) => boolean = () => false,
): ReadonlySet<Edge> {
  const triggers = edges.filter(({ role }) => role === 'trigger');
  const parents = neighbours(triggers, ({ from, to }) => [to, from]);
  const going = new Set([...parents.keys()].filter((ref) => !hasEnded(ref)));
  const ends = (ref: ComponentRef): boolean => !going.has(ref);
  for (let before = Infinity; going.size < before;) {
    before = going.size;
    for (const ref of going) {
      const own = parents.get(ref) ?? [];
      if (ref.options.merge === true ? own.every(ends) : own.some(ends)) going.delete(ref);
    }
  }
  return feedbackEdges(triggers.filter(({ from, to }) => going.has(from) && going.has(to)));
}

function neighbours(
  edges: readonly Edge[],
  ends: (edge: Edge) => readonly [from: ComponentRef, to: ComponentRef],
): ReadonlyMap<ComponentRef, readonly ComponentRef[]> {
  const found = new Map<ComponentRef, ComponentRef[]>();
  for (const edge of edges) {
    const [from, to] = ends(edge);
    const known = found.get(from);
    if (known === undefined) found.set(from, [to]);
    else known.push(to);
  }
  return found;
}

/** All that is reached from a component, itself included. */
function reached(
  start: ComponentRef,
  next: ReadonlyMap<ComponentRef, readonly ComponentRef[]>,
): ReadonlySet<ComponentRef> {
  const seen = new Set([start]);
  for (const ref of seen) for (const other of next.get(ref) ?? []) seen.add(other); // a Set is walked as it grows
  return seen;
}
