import { classNameOf } from './library-codec.js';

/** What of `apache-arrow` is used; its types are not part of ours, since it may not be installed. */
export interface Arrow {
  readonly Table: new (...content: unknown[]) => Table;
  readonly RecordBatch: new (schema: unknown, columns: unknown) => object;
  readonly Vector: new (chunks: unknown) => object;
  tableToIPC(table: Table, type: 'stream'): Uint8Array;
  tableFromIPC(bytes: Uint8Array): Table;
}

/** A table of Arrow. */
export interface Table {
  readonly schema: unknown;
  readonly batches: readonly object[];
  getChild(name: string): object | null;
}

/** What of Arrow travels. */
export type Kind = 'Table' | 'RecordBatch' | 'Vector';

const KINDS: readonly Kind[] = ['Table', 'RecordBatch', 'Vector'];

/** What of Arrow an object is, whichever copy of the package it is of. */
export function kindOf(instance: object): Kind | undefined {
  const { constructor } = instance as { readonly constructor: unknown }; // chunked vectors have it from further up
  const name = typeof constructor === 'function' ? constructor.name : '';
  // Newer versions mark their values with symbols, which outlive the shortening of names.
  const kind = KINDS.find((kind) => name === kind || (instance as Record<symbol, unknown>)[markOf(kind)] === true);
  return kind !== undefined && hasShape(instance, kind) ? kind : undefined;
}

function markOf(kind: Kind): symbol {
  return Symbol.for(`apache-arrow/${kind}`);
}

function hasShape(instance: object, kind: Kind): boolean {
  if (kind === 'Vector') return 'data' in instance && 'type' in instance && Array.isArray(instance.data);
  return (
    'schema' in instance && (kind === 'Table' ? 'batches' in instance && '_offsets' in instance : 'data' in instance)
  );
}

/**
 * An Arrow value of one copy of the package as one of another, on the same memory: no copy of the package can write
 * the values of another. O(chunks and fields).
 */
export function rebuilt(value: object, arrow: Arrow): object {
  return new Rebuilder(arrow).rebuild(value) as object; // objects become objects
}

class Rebuilder {
  readonly #arrow: Arrow;
  readonly #prototypes = new Map<string, object>();
  readonly #done = new Map<object, object>();

  constructor(arrow: Arrow) {
    this.#arrow = arrow;
    for (const exported of Object.values(arrow) as unknown[]) {
      const prototype: unknown = typeof exported === 'function' ? exported.prototype : undefined;
      if (typeof prototype === 'object' && prototype !== null)
        this.#prototypes.set((exported as NewableFunction).name, prototype);
    }
  }

  rebuild(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((element) => this.rebuild(element));
    let copy = this.#done.get(value);
    if (copy === undefined) {
      copy = this.#rebuildObject(value);
      this.#done.set(value, copy);
    }
    return copy;
  }

  #rebuildObject(value: object): object {
    // Vectors and what is made of them hold functions of their own copy of the package.
    const parts = value as Partial<Record<string, unknown>>; // of which class is seen below
    const part = (name: string): unknown => this.rebuild(parts[name]);
    switch (kindOf(value)) {
      case 'Vector':
        return new this.#arrow.Vector(part('data'));
      case 'RecordBatch':
        return new this.#arrow.RecordBatch(part('schema'), part('data'));
      case 'Table':
        return new this.#arrow.Table(part('schema'), part('batches'));
      case undefined:
        break; // made of fields only
    }
    const prototype = this.#prototypes.get(classNameOf(value));
    if (prototype === undefined) return value; // metadata
    const copy = Object.create(prototype) as Record<string, unknown>;
    for (const [key, element] of Object.entries(parts)) copy[key] = this.rebuild(element);
    return copy;
  }
}
