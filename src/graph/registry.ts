import { DagError } from '../errors.js';
import type { NodeIdentity } from './spec.js';

/**
 * Every node of the process by name: the only state that belongs to a module. Held weakly, so that nodes made by the
 * million are collected like any function.
 */
const byName = new Map<string, WeakRef<NodeIdentity>[]>();
const unnamed: WeakRef<NodeIdentity>[] = [];
let keepsAll = false;
/** Nodes that stay though nothing else holds them. */
const kept: NodeIdentity[] = [];

/** Enters a node under its name; nodes without a name have no identity to be found by. */
export function register(identity: NodeIdentity): void {
  if (keepsAll && !identity.inBody) kept.push(identity);
  if (!identity.named) {
    if (keepsAll) unnamed.push(new WeakRef(identity));
    return;
  }
  const others = byName.get(identity.name);
  if (others === undefined) {
    byName.set(identity.name, [new WeakRef(identity)]);
    return;
  }
  // Collected nodes are swept out at every doubling, so that the list stays as long as what lives.
  if ((others.length & (others.length - 1)) === 0) {
    const live = others.filter((reference) => reference.deref() !== undefined);
    others.splice(0, others.length, ...live);
  }
  others.push(new WeakRef(identity));
}

/**
 * Makes sure that a result can be told from those of every other node: the node has a name, and no other function of
 * the process goes by the same module, name and version.
 *
 * @throws DAG_UNNAMED_NODE, DAG_DUPLICATE_NODE
 */
export function assertUnique(identity: NodeIdentity): void {
  if (!identity.named) {
    throw new DagError('DAG_UNNAMED_NODE', {
      message: `The node defined at ${identity.name} has no name, so its results cannot be stored.`,
      remedy: 'Give it one: node(fn, { name }).',
    });
  }
  if (twinOf(identity) === undefined) return;
  throw new DagError('DAG_DUPLICATE_NODE', {
    message: `Two different functions are the node \`${identity.name}\` of ${identity.module ?? 'an unknown module'}, and its results must be stored.`,
    remedy: 'Give each its own `name` or `version`.',
  });
}

/** Another function of the process that goes by the same module, class, name and version. */
export function twinOf(identity: NodeIdentity): NodeIdentity | undefined {
  for (const reference of byName.get(identity.name) ?? []) {
    const other = reference.deref();
    if (other === undefined || other.body === identity.body) continue;
    if (other.version !== identity.version) continue;
    if (other.owner === identity.owner && other.module === identity.module) return other;
  }
  return undefined;
}

/** The nodes of the process that go by a name, the newest last. Nodes without one are looked up by their place. */
export function nodesNamed(name: string): NodeIdentity[] {
  const named = byName.get(name) ?? [];
  return [...named, ...unnamed]
    .map((reference) => reference.deref())
    .filter((identity): identity is NodeIdentity => identity?.name === name);
}

/**
 * Keeps the nodes of modules from now on, also those without a name: on threads of a pool, which find them by their place. What
 * a module defines for the main thread alone is collected there otherwise, as nothing refers to it.
 */
export function keepNodes(): void {
  keepsAll = true;
}
