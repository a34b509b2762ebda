import { DagError } from '../../errors.js';
import type { ComponentRef } from './component-ref.js';
import type { Edge } from './edge.js';

/** Whether an edge can begin a loop: its target fires although nothing came along it. */
function begins({ to, options }: Edge): boolean {
  return 'initial' in options || to.options.merge === true;
}

/**
 * Finds loops in which every component waits for another one of it. O(edges), times the parents of a component.
 *
 * @throws DAG_LAYOUT naming the loop.
 */
export function checkLoops(edges: readonly Edge[]): void {
  const into = new Map<ComponentRef, Edge[]>();
  for (const edge of edges) {
    if (edge.role === 'parameters') continue;
    const known = into.get(edge.to);
    if (known === undefined) into.set(edge.to, [edge]);
    else known.push(edge);
  }
  const stuck = neverFiring(into);
  const [start] = stuck;
  if (start === undefined) return;
  const loop = loopAt(start, { into, stuck });
  // From the one on that was connected first.
  const first = Math.max(
    0,
    loop.findIndex((ref) => ref === edges.find(({ from }) => loop.includes(from))?.from),
  );
  const names = [...loop.slice(first), ...loop.slice(0, first + 1)].map(({ name }) => name);
  throw new DagError('DAG_LAYOUT', {
    message: `${names.join(' → ')} is a loop in which each waits for the one before it, so that none ever fires.`,
    remedy: 'Give one of these connections a first value: connect(from, to, { initial }).',
  });
}

type EdgesInto = ReadonlyMap<ComponentRef, readonly Edge[]>;

/** The components that wait for each other: all that is left when what can fire has fired, again and again. */
function neverFiring(into: EdgesInto): ReadonlySet<ComponentRef> {
  const stuck = new Set(into.keys());
  const targets = neighbours([...into.values()].flat(), ({ from, to }) => [from, to]);
  const comes = ({ from, options }: Edge): boolean => 'initial' in options || !stuck.has(from);
  const asked = [...into.keys()];
  // An array is walked as it grows.
  for (const ref of asked) {
    const own = into.get(ref) ?? [];
    const canFire = ref.options.merge === true ? own.some(comes) : own.every(comes);
    if (canFire && stuck.delete(ref)) asked.push(...(targets.get(ref) ?? []));
  }
  return stuck;
}

/** Goes back from what waits to what it waits for until that comes again. */
function loopAt(
  start: ComponentRef,
  { into, stuck }: { readonly into: EdgesInto; readonly stuck: ReadonlySet<ComponentRef> },
): readonly ComponentRef[] {
  const path = new Set<ComponentRef>();
  let ref = start;
  while (!path.has(ref)) {
    path.add(ref);
    const waits = into.get(ref)?.find(({ from, options }) => stuck.has(from) && !('initial' in options));
    if (waits === undefined) break;
    ref = waits.from;
  }
  const back = [...path];
  return back.slice(back.indexOf(ref)).reverse();
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
