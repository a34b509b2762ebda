import { pathToFileURL } from 'node:url';
import { DagError } from '../../errors.js';
import { nodesNamed, twinOf } from '../../graph/registry.js';
import type { NodeIdentity, NodeSpec } from '../../graph/spec.js';
import type { NodeAddress } from './messages.js';

/** The address of a node, or why it has none. */
export type Addressed = NodeAddress | DagError;

const addresses = new WeakMap<NodeIdentity, Addressed>();
/** By number. */
const numbered: WeakRef<NodeIdentity>[] = [];

/**
 * How threads find a node: by the module that defined it, its class and its name. Nodes are numbered as they are first
 * sent; the numbers are those of the process, so that all pools share them.
 */
export function addressOf(identity: NodeIdentity): Addressed {
  let address = addresses.get(identity);
  if (address === undefined) {
    address = find(identity);
    addresses.set(identity, address);
  }
  return address;
}

function find(identity: NodeIdentity): Addressed {
  const { name, owner, version } = identity;
  const module = moduleUrl(identity.script);
  if (module === undefined) return notInModule(`The module that defines ${name} is not known`);
  const twin = twinOf(identity);
  if (twin !== undefined) return notInModule(`Two different functions are the node ${name} of ${module}`);
  return { id: numbered.push(new WeakRef(identity)), module, name, owner, version, place: placeOf(identity) };
}

/** How a node is found by others than its number. */
export type NodePlace = Omit<NodeAddress, 'id'>;

/** Nodes of one name and version in one module, in the order of their definition; those defined in bodies are none. */
function siblings({ module, name, version }: NodePlace): NodeIdentity[] {
  return nodesNamed(name).filter(
    (identity) => !identity.inBody && identity.version === version && moduleUrl(identity.script) === module,
  );
}

function placeOf(identity: NodeIdentity): number {
  const { name, owner, version } = identity;
  return siblings({ module: moduleUrl(identity.script) ?? '', name, owner, version }).indexOf(identity);
}

/**
 * The node of this thread at a place. Standard decorators do not know the class of an instance method before the first
 * instance is made, so that the class may not tell: then the order of definition does, which is that of the module.
 */
export function nodeAtPlace(place: NodePlace): NodeIdentity | undefined {
  const { owner, place: position = -1 } = place;
  const found = siblings(place);
  const fits = (identity: NodeIdentity | undefined): boolean =>
    identity !== undefined &&
    identity.method === (owner !== undefined) &&
    (owner === undefined || (identity.owner ?? owner) === owner);
  const exact = found.filter((identity) => fits(identity) && identity.owner === owner);
  if (exact.length === 1) return exact[0];
  const there = found[position];
  if (fits(there)) return there;
  const fitting = found.filter(fits);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** A node's place as words, for {@link nodeAtAddress} on the other side. */
export function placeWords(identity: NodeIdentity): readonly unknown[] {
  const { name, owner, version } = identity;
  return [moduleUrl(identity.script), name, owner, version, placeOf(identity)];
}

/** The place that {@link placeWords} gave. */
export function placeFrom([module, name, owner, version, place]: readonly unknown[]): NodePlace {
  return { module, name, owner, version, place } as NodePlace; // as it was packed
}

/** The node with a number. */
export function nodeNumbered(number: number): NodeIdentity | undefined {
  return numbered[number - 1]?.deref();
}

/** The node that a thread means: by its number, or by module, name, class and version. @throws DAG_NODE_NOT_IN_MODULE */
export function nodeAtAddress(address: unknown): NodeSpec {
  if (typeof address === 'number') {
    const spec = nodeNumbered(address)?.base;
    if (spec !== undefined) return spec;
    throw notInModule('A node that was collected was called again');
  }
  const place = placeFrom(address as readonly unknown[]);
  const found = nodeAtPlace(place);
  if (found?.base !== undefined) return found.base;
  throw new DagError('DAG_NODE_NOT_IN_MODULE', {
    message: `A body called ${place.name} of ${place.module}, which the calling thread has not loaded.`,
    remedy: 'Import that module on the calling thread, too.',
  });
}

/** Modules are imported by URL; what was evaluated from a text has none. */
export function moduleUrl(module: string | undefined): string | undefined {
  if (module === undefined || module.startsWith('eval at ') || module.startsWith('<')) return undefined;
  return /^[a-z]{2,}:/.test(module) ? module : pathToFileURL(module).href;
}

/** The error for a node that no other thread can find. */
export function notInModule(what: string): DagError {
  return new DagError('DAG_NODE_NOT_IN_MODULE', {
    message: `${what}, so that no worker can find it.`,
    remedy:
      "Define the node at the top level of its module, before the module waits for anything, under a name of its own; or give it { executor: 'inline' } to keep it on the calling thread.",
  });
}
