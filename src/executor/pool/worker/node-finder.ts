import { DagError, describeThrown } from '../../../errors.js';
import { specOf } from '../../../graph/node.js';
import type { NodeSpec } from '../../../graph/spec.js';
import type { NodeAddress } from '../messages.js';
import { moduleUrl, nodeAtPlace, notInModule, type NodePlace } from '../node-addresses.js';

/** Imports a module; settles when it has been evaluated, or goes on to do more than define things. */
export type ImportModule = (url: string) => Promise<object | undefined>;

/** Finds nodes, classes and codecs on a thread by the modules that define them, which it imports once. */
export class NodeFinder {
  readonly #import: ImportModule;
  readonly #modules = new Map<string, Promise<object | undefined>>();
  /** What modules export, of those whose import ended. */
  readonly #exports = new Map<string, object>();
  readonly #found = new Map<number, NodeSpec | DagError>();
  readonly #numbers = new WeakMap<object, number>();

  constructor(importModule: ImportModule) {
    this.#import = importModule;
  }

  /** Learns nodes: imports their modules. Never rejects; what went wrong is told by {@link at}. */
  async learn(addresses: readonly NodeAddress[]): Promise<void> {
    for (const address of addresses) {
      const found = await this.#find(address);
      this.#found.set(address.id, found);
      if (found instanceof DagError) continue;
      this.#numbers.set(found.identity, address.id);
      // By standard decorators, a method learns of its class with the first instance, and here there may never be one.
      found.identity.owner ??= address.owner;
    }
  }

  async #find(address: NodeAddress): Promise<NodeSpec | DagError> {
    const { module, name } = address;
    try {
      await this.load(module);
    } catch (cause) {
      return new DagError('DAG_MODULE_IMPORT', {
        message: `A worker could not import ${module}, which defines ${name}: ${describeThrown(cause)}.`,
        remedy:
          'A worker imports the module of a node as it is; guard what only the main thread can do with `isMainThread`.',
        cause,
      });
    }
    return this.lookUp(address) ?? notInModule(`${name} was not defined while ${module} was loading`);
  }

  /** The node at an address among those that this thread has. */
  lookUp(place: NodePlace): NodeSpec | undefined {
    return nodeAtPlace(place)?.base ?? this.#methodOf(place);
  }

  /** Where neither class nor order tell, the module's exports may. */
  #methodOf({ module, name, owner }: NodePlace): NodeSpec | undefined {
    const exported = owner === undefined ? undefined : this.#classIn(module, owner);
    return specOf(methodOf(exported?.prototype, name)) ?? specOf(methodOf(exported, name));
  }

  /** Imports a module once. @throws what the module throws. */
  async load(module: string): Promise<void> {
    let loading = this.#modules.get(module);
    if (loading === undefined) {
      loading = this.#import(module);
      this.#modules.set(module, loading);
    }
    const exports = await loading;
    if (exports !== undefined) this.#exports.set(module, exports);
  }

  /** A node that was learned, or why there is none. */
  at(id: number): NodeSpec | DagError | undefined {
    return this.#found.get(id);
  }

  /** The number that the pool has for a node; undefined when it has told of none. */
  numberOf(spec: NodeSpec): number | undefined {
    return this.#numbers.get(spec.identity);
  }

  /** The class of a method's instances, or another of the module by its name. */
  classNamed(spec: NodeSpec, name: string): NewableFunction | undefined {
    const { identity } = spec;
    return this.#classIn(moduleUrl(identity.script) ?? '', name === '' ? (identity.owner ?? '') : name);
  }

  #classIn(module: string, name: string): NewableFunction | undefined {
    for (const exported of Object.values(this.#exports.get(module) ?? {}) as unknown[]) {
      if (typeof exported === 'function' && exported.name === name) return exported;
    }
    return undefined;
  }
}

function methodOf(holder: unknown, name: string): unknown {
  return (typeof holder === 'object' || typeof holder === 'function') && holder !== null
    ? Object.getOwnPropertyDescriptor(holder, name)?.value
    : undefined;
}
