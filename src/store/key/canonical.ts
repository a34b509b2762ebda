import { DagError, describeThrown } from '../../errors.js';
import { Future } from '../../graph/future.js';
import { specOf } from '../../graph/node.js';
import type { NodeSpec } from '../../graph/spec.js';
import { codecOf, registeredCodecOf } from '../../memory/payload/codec.js';
import type { Obstacle } from '../../memory/payload/cannot-travel.js';
import { sortOf } from '../../memory/payload/sort.js';
import { ByteWriter } from './byte-writer.js';
import { cannotKey, contentless } from './cannot-key.js';
import { encodedBy } from './encoded.js';
import {
  errorFrame,
  instanceFrame,
  listFrame,
  mapFrame,
  partialFrame,
  recordFrame,
  setFrame,
  type Frame,
} from './frames.js';
import type { Hasher } from '../hashing.js';
import { INLINE, LeafWriter } from './leaf-writer.js';
import { CycleFound, OpenFrames } from './open-frames.js';
import * as tags from './tags.js';

/** Bytes of an open container beyond which the digest of all so far stands for it: no value needs more memory. */
const FOLD = 65_536;

/** What of the graph a value may hold. */
export interface CanonicalContext {
  /** The key of a call; undefined when it is not known yet. */
  readonly keyOf: (future: Future) => string | undefined;
  /** What stands for a node that is a value. */
  readonly digestOf: (spec: NodeSpec) => Uint8Array;
  /** What errors call the value that is being written. */
  readonly subject: () => string;
}

/**
 * Writes values as bytes: the same for equal values, and others for others. Equal is what structured clone would copy as the same.
 * The order of properties does not count, that of Maps and Sets does. What is large enters by its digest, which is
 * remembered as long as this writer lives.
 *
 * An object that stands in two places is the same as two equal ones, except in a value that leads back to itself.
 */
export class CanonicalWriter {
  /** Where the bytes go. */
  readonly out: ByteWriter;
  /** Calls without a key that values held: what was written is of no use then. */
  readonly missing: Future[] = [];
  readonly #hasher: Hasher;
  readonly #context: CanonicalContext;
  readonly #leaves: LeafWriter;
  readonly #frames = new OpenFrames();
  /** Of large containers that are not cyclic. */
  #digests: WeakMap<object, Uint8Array> | undefined = undefined;
  /** Of cyclic values, as they are seen from the object at which they were entered. */
  #cyclic: WeakMap<object, Uint8Array> | undefined = undefined;
  /** The containers of a cyclic value, by number. */
  #numbers: Map<object, number> | undefined = undefined;

  constructor(hasher: Hasher, context: CanonicalContext) {
    this.#hasher = hasher;
    this.#context = context;
    this.out = new ByteWriter(hasher);
    this.#leaves = new LeafWriter(this.out, hasher);
  }

  /** Writes a value. O(size), on a stack of its own. @throws DAG_CANNOT_KEY */
  write(value: unknown): void {
    if (this.#leaves.primitive(value)) return;
    const known = this.#cyclic?.get(value as object); // or a symbol, which is in no map
    if (known !== undefined) {
      this.digest(tags.CYCLIC, known);
      return;
    }
    const cyclic = this.#all(() => {
      this.#composite(value);
    });
    if (cyclic !== undefined && this.missing.length === 0)
      (this.#cyclic ??= new WeakMap<object, Uint8Array>()).set(value as object, cyclic); // only objects are
  }

  /** Writes an object's properties but for some, whatever its class. @throws DAG_CANNOT_KEY */
  writeProperties(object: object, omitted: ReadonlySet<string>): void {
    this.#all(() => {
      this.#refuseSymbols(object);
      this.#enter(partialFrame(object, omitted));
    });
  }

  digest(tag: number, digest: Uint8Array): void {
    this.out.byte(tag);
    this.out.bytes(digest);
  }

  /** Takes what was written from `start` on out again, and gives its digest. */
  take(start: number): Uint8Array {
    this.#hasher.begin();
    this.#hasher.update(this.out.from(start));
    this.out.at = start;
    return this.#hasher.digest();
  }

  /** Like {@link take}, as text. */
  takeHex(start: number): string {
    this.#hasher.begin();
    this.#hasher.update(this.out.from(start));
    this.out.at = start;
    return this.#hasher.hex();
  }

  /** Writes a value to its end; gives its digest when it is cyclic. */
  #all(begin: () => void): Uint8Array | undefined {
    const start = this.out.at;
    try {
      begin();
      this.#run();
      return undefined;
    } catch (thrown) {
      this.#frames.clear();
      if (!(thrown instanceof CycleFound)) throw thrown;
    }
    this.out.at = start;
    this.#numbers = new Map<object, number>();
    try {
      begin();
      this.#run();
    } finally {
      this.#numbers = undefined;
      this.#frames.clear();
    }
    const digest = this.take(start);
    this.digest(tags.CYCLIC, digest);
    return digest;
  }

  /** Writes what is in the open containers, until all are closed. */
  #run(): void {
    const frames = this.#frames;
    for (let frame = frames.last; frame !== undefined; frame = frames.last) {
      const { depth } = frames;
      while (frame.next < frame.count && frames.depth === depth) {
        if (this.out.at - frame.start > FOLD) this.digest(tags.FOLDED, this.take(frame.start));
        this.#element(frame, frame.next++);
      }
      if (frames.depth === depth) this.#close(frame);
    }
  }

  #element(frame: Frame, index: number): void {
    const { elements, names } = frame;
    let element: unknown;
    if (elements === undefined) {
      const name = names?.[index] ?? '';
      this.out.text(name);
      element = this.#property(frame.source, name);
    } else element = elements[index];
    if (!this.#leaves.primitive(element)) this.#composite(element);
  }

  #property(source: object, name: string): unknown {
    try {
      return (source as Record<string, unknown>)[name]; // one of its own
    } catch (cause) {
      const problem = `what its getter failed to give (${describeThrown(cause)})`;
      throw this.#refusal({ problem, remedy: 'Pass plain data.', cause });
    }
  }

  #enter(frame: Frame): void {
    const { source, tag, size, count } = frame;
    const numbers = this.#numbers;
    if (numbers === undefined) this.#frames.open(frame);
    else {
      numbers.set(source, numbers.size);
      this.#frames.openCyclic(frame);
    }
    frame.start = this.out.at;
    this.out.count(tag, size);
    if (tag === tags.SPARSE_LIST) this.out.count(tag, count);
  }

  #close(frame: Frame): void {
    this.#frames.close();
    // In a cyclic value, what stands for a container depends on what was met before it.
    if (this.#numbers !== undefined || this.out.at - frame.start <= INLINE) return;
    const digest = this.take(frame.start);
    this.digest(tags.DIGEST, digest);
    if (this.missing.length === 0 && !frame.partial)
      (this.#digests ??= new WeakMap<object, Uint8Array>()).set(frame.source, digest);
  }

  /** Anything but primitives: containers are only begun. */
  #composite(value: unknown): void {
    if (value instanceof Future) this.#future(value);
    else if (typeof value === 'object' && value !== null) this.#object(value);
    else {
      const spec = specOf(value);
      if (spec === undefined || isBound(spec)) throw this.#refusal(contentless(value));
      this.digest(tags.NODE, this.#context.digestOf(spec));
    }
  }

  #future(future: Future): void {
    const key = this.#context.keyOf(future);
    if (key === undefined) {
      this.missing.push(future);
      return;
    }
    this.out.byte(tags.FUTURE);
    this.out.ascii(key);
  }

  #object(value: object): void {
    const number = this.#numbers?.get(value);
    if (number !== undefined) {
      this.out.count(tags.AGAIN, number);
      return;
    }
    const digest = this.#numbers === undefined ? this.#digests?.get(value) : undefined;
    if (digest !== undefined) {
      this.digest(tags.DIGEST, digest);
      return;
    }
    try {
      this.#newObject(value);
    } catch (cause) {
      if (cause instanceof CycleFound || cause instanceof DagError) throw cause;
      // A proxy, a getter of an error, or memory that was transferred.
      const problem = `an object that cannot be read (${describeThrown(cause)})`;
      throw this.#refusal({ problem, remedy: 'Pass plain data.', cause });
    }
  }

  #newObject(value: object): void {
    switch (sortOf(value)) {
      case 'array':
        this.#enter(listFrame(value as unknown[])); // by its sort, as below
        return;
      case 'record':
        this.#refuseSymbols(value);
        this.#enter(recordFrame(value));
        return;
      case 'map':
        this.#enter(mapFrame(value as Map<unknown, unknown>));
        return;
      case 'set':
        this.#enter(setFrame(value as Set<unknown>));
        return;
      case 'view':
        if (!this.#leaves.view(value as ArrayBufferView)) this.#instance(value);
        return;
      case 'buffer':
        this.#leaves.buffer(value as ArrayBufferLike);
        return;
      case 'error':
        if (registeredCodecOf(value) === undefined) this.#enter(errorFrame(value as Error));
        else this.#instance(value);
        return;
      case 'atom':
        if (!this.#leaves.atom(value)) throw this.#refusal(contentless(value));
        return;
      case 'instance':
        if (!this.#leaves.url(value)) this.#instance(value);
        return;
    }
  }

  #refuseSymbols(record: object): void {
    for (const symbol of Object.getOwnPropertySymbols(record)) {
      if (!Object.prototype.propertyIsEnumerable.call(record, symbol)) continue;
      const problem = `an object with the property ${symbol.toString()}`;
      throw this.#refusal({ problem, remedy: 'Use a string as the name of the property.' });
    }
  }

  #instance(value: object): void {
    const codec = codecOf(value);
    if (codec === undefined) throw this.#refusal(contentless(value));
    const encoded = encodedBy(codec, value);
    if ('problem' in encoded) throw this.#refusal(encoded);
    this.#enter(instanceFrame(value, codec.name, encoded.content));
  }

  #refusal(obstacle: Obstacle): DagError {
    const path = this.#frames.path();
    const subject = this.#context.subject();
    return cannotKey(path === '' ? subject : `${subject} ${path}`, obstacle);
  }
}

/** Whether the node may be bound to an instance, which nothing tells. */
function isBound({ identity: { method, home } }: NodeSpec): boolean {
  return method && typeof home !== 'function';
}
