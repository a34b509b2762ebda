import { DagError } from '../../errors.js';
import { eachFuture, substituteFutures } from '../../graph/containers.js';
import type { Job, JobHost } from '../../graph/executor.js';
import { DEEP, Future, KEPT, PERSISTED, RUNNING, STATE_BITS, TARGETED } from '../../graph/future.js';
import { specOf } from '../../graph/node.js';
import type { Block } from '../../memory/blocks.js';
import { pack } from '../../memory/payload/pack.js';
import type { PackContext } from '../../memory/payload/context.js';
import { unpack } from '../../memory/payload/unpack.js';
import type { Batch } from './batch.js';
import type { JobMemory } from './job-memory.js';
import {
  ARGUMENTS_FROM,
  KEPT_VALUE,
  WITH_ATTEMPT,
  WITH_COPIES,
  WITH_DONATED,
  WITH_RECEIVER,
  type NodeAddress,
} from './messages.js';
import { addressOf, placeWords } from './node-addresses.js';
import { transit } from './transit.js';
import { packReceiver } from './receiver.js';

/** Flags of calls whose values the user may hold. */
const HELD = KEPT | PERSISTED | TARGETED;

interface Packed {
  readonly word: unknown;
  readonly pins: readonly Block[];
  /** Bytes of its buffers. */
  readonly bytes: number;
  /** Nodes that stand in it. */
  readonly nodes: readonly NodeAddress[];
}

/** Writes the words of jobs. What is copied into shared memory on the way is copied once in a run. */
export class JobPacker {
  readonly #host: Pick<JobHost, 'shared'>;
  readonly #memory: JobMemory;
  /** What was copied of what the user gave, and receivers: packed once for the whole run. Most runs have none. */
  readonly #once: { copied?: Map<unknown, Packed>; receivers?: Map<unknown, Packed> } = {};
  /** Nodes that stood in values. */
  #nodes: Map<unknown, object> | undefined;
  #bytes = 0;
  /** What is being written to, and the nodes that stood in its values so far. */
  #batch: Batch | undefined;
  #met: NodeAddress[] = [];
  readonly #context: PackContext;

  constructor(host: Pick<JobHost, 'shared'>, memory: JobMemory) {
    this.#host = host;
    this.#memory = memory;
    this.#context = {
      memory: this.#memory,
      special: (element) => this.#packNode(element),
      counted: (bytes) => {
        this.#bytes += bytes;
      },
    };
  }

  /**
   * Appends a job to a batch, whose thread learns of nodes that it has not met.
   *
   * @throws DAG_CANNOT_TRAVEL, DAG_NODE_NOT_IN_MODULE; the batch is as before then.
   */
  write(job: Job, batch: Batch, cost: number): void {
    const { words } = batch;
    const start = words.length;
    this.#bytes = 0;
    this.#batch = batch;
    if (this.#met.length > 0) this.#met = [];
    // Before anything is written: what fails here must not undo the words of the job before.
    const node = this.#meet(addressOf(job.future._spec.identity), batch);
    try {
      this.#writeJob(job, batch, node);
      batch.add(job, this.#memory.takePins(), cost);
    } catch (error) {
      words.length = start;
      batch.stretch.undo(words);
      for (const block of this.#memory.takePins() ?? []) transit.unpin(block);
      throw error;
    }
    batch.thread.bytesIn += this.#bytes;
    if (job.observed) job.record.bytesIn = this.#bytes;
  }

  #writeJob(job: Job, batch: Batch, node: number): void {
    const { words } = batch;
    const { future, attempt, copies } = job;
    const args = future._args;
    const { donate } = future._spec.options;
    const donates = job.debug && donate !== undefined;
    const head =
      args.length * ARGUMENTS_FROM +
      (attempt > 1 ? WITH_ATTEMPT : 0) +
      (copies.length > 0 ? WITH_COPIES : 0) +
      (donates ? WITH_DONATED : 0) +
      (future._receiver === undefined ? 0 : WITH_RECEIVER);
    batch.stretch.extend(words, node, head);
    if (attempt > 1) words.push(attempt);
    if (copies.length > 0) words.push(copies);
    if (donates) words.push(donate);
    if (future._receiver !== undefined) words.push(this.#packReceiver(future));
    const deep = (future._flags & DEEP) !== 0;
    for (let index = 0; index < args.length; index += 1) {
      const argument = args[index];
      if (argument instanceof Future) words.push(this.#packValue(argument, index, batch));
      else if (!needsPacking(argument)) words.push(argument);
      else words.push(deep ? this.#packDeep(argument, index) : this.#packLiteral(argument, subject(index)));
    }
  }

  #meet(address: NodeAddress | DagError, batch: Batch): number {
    if (address instanceof DagError) throw address;
    const { id } = address;
    if (id === batch.lastNode) return id;
    batch.lastNode = id;
    if (!batch.thread.knows(id) && !batch.nodes.some((told) => told.id === id)) batch.nodes.push(address);
    return id;
  }

  /** The value of a call, which may be on the thread already. */
  #packValue(future: Future, index: number, batch: Batch): unknown {
    if ((future._flags & STATE_BITS) === RUNNING) {
      const at = batch.indexOf(future);
      return [KEPT_VALUE, at];
    }
    const value = future._value;
    return needsPacking(value) ? this.#packShared(future, value, subject(index)) : value;
  }

  /** Packs the value of a call; what is in ordinary memory is copied now, and the copy takes its place. */
  #packShared(future: Future, value: object, about: string): unknown {
    const held = (future._flags & HELD) !== 0;
    if (held) return this.#packLiteral(value, about);
    this.#memory.begin();
    const word = pack(value, { ...this.#context, subject: about });
    if (this.#memory.placed === 0) return word;
    // A copy of the words: unpacking changes them, and they are still to be sent.
    this.#host.shared(
      future,
      unpack(structuredClone(word), { memory: this.#memory, special: ([id]) => this.#nodes?.get(id) }),
    );
    return word;
  }

  /** What the user gave; a copy of it serves the whole run. */
  #packLiteral(literal: object, about: string): unknown {
    return this.#packOnce('copied', literal, () => {
      this.#memory.begin();
      const word = pack(literal, { ...this.#context, subject: about });
      return { word, lasts: this.#memory.placed > 0 };
    });
  }

  /** Packs something for the whole run, if that `lasts`, or finds it packed. */
  #packOnce(
    sort: 'copied' | 'receivers',
    key: unknown,
    write: () => { readonly word: unknown; readonly lasts: boolean },
  ): unknown {
    const known = this.#once[sort]?.get(key);
    if (known !== undefined) {
      // Pinned for the job, too: its thread may still read it when the run is over.
      this.#memory.pinAgain(known.pins);
      this.#bytes += known.bytes;
      if (this.#batch !== undefined) for (const address of known.nodes) this.#meet(address, this.#batch);
      return known.word;
    }
    const { mark } = this.#memory;
    const before = this.#bytes;
    const metBefore = this.#met.length;
    const { word, lasts } = write();
    if (lasts) {
      const pins = this.#memory.cut(mark);
      (this.#once[sort] ??= new Map<unknown, Packed>()).set(key, {
        word,
        pins,
        bytes: this.#bytes - before,
        nodes: this.#met.slice(metBefore),
      });
      this.#memory.pinAgain(pins);
    }
    return word;
  }

  #packDeep(argument: object, index: number): unknown {
    eachFuture(argument, (future) => {
      const value = future._value;
      if (typeof value === 'object' && value !== null) this.#packShared(future, value, subject(index));
    });
    const value = substituteFutures(argument, (future) => future._value);
    return pack(value, { ...this.#context, subject: subject(index) });
  }

  /** `this` is packed once for a run: what is changed in it later is not seen by calls that were ready to go. */
  #packReceiver({ _receiver: receiver, _spec: { identity } }: Future): unknown {
    return this.#packOnce('receivers', receiver, () => ({
      word: packReceiver(receiver, identity, this.#context),
      lasts: true,
    }));
  }

  /** Nodes travel as their addresses. */
  #packNode(element: object): readonly unknown[] | undefined {
    const spec = specOf(element);
    if (spec === undefined) return undefined;
    const address = addressOf(spec.identity);
    if (address instanceof DagError) throw address;
    (this.#nodes ??= new Map<unknown, object>()).set(address.id, element);
    // The thread must have its module before it reads the value.
    if (this.#batch !== undefined) this.#meet(address, this.#batch);
    this.#met.push(address);
    return [address.id, ...placeWords(spec.identity)];
  }

  /** Lets go of what was copied for the run. */
  close(): void {
    for (const packed of [this.#once.copied, this.#once.receivers]) {
      if (packed === undefined) continue;
      for (const { pins } of packed.values()) for (const block of pins) transit.unpin(block);
      packed.clear();
    }
  }
}

/** Whether a value is none of the primitives that travel as they are. A symbol is not, and `pack` says so. */
function needsPacking(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol';
}

function subject(index: number): string {
  return `argument ${index.toString()}`;
}
