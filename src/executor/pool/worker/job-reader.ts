import { DagError, describeThrown } from '../../../errors.js';
import { nodeFunction } from '../../../graph/node.js';
import type { Future } from '../../../graph/future.js';
import { codecsMissing, type NeededCodec } from '../../../memory/payload/codec.js';
import type { UnpackContext } from '../../../memory/payload/context.js';
import { unpack } from '../../../memory/payload/unpack.js';
import {
  ARGUMENTS_FROM,
  KEPT_VALUE,
  WITH_ATTEMPT,
  WITH_COPIES,
  WITH_DONATED,
  WITH_RECEIVER,
  type BatchMessage,
} from '../messages.js';
import { notInModule } from '../node-addresses.js';
import { packedReceiver } from '../receiver.js';
import type { NodeFinder } from './node-finder.js';
import { WorkerMemory } from './worker-memory.js';

/** One job of a batch. */
export interface ReadJob {
  /** 0 for a job that is not wanted any more. */
  readonly node: number;
  readonly flags: number;
  readonly attempt: number;
  readonly copies: readonly number[];
  readonly donated: readonly number[];
  readonly receiver: readonly unknown[] | undefined;
  /** Undefined where a value that should have been kept on the thread is not there. */
  readonly args: unknown[] | DagError | undefined;
}

interface Kept {
  readonly value: unknown;
  readonly call: Future;
}

const NONE: readonly number[] = [];
const NO_WORDS: readonly unknown[] = [];

/** The codecs that the jobs of a batch need and this thread does not know. */
export function codecsMissingIn({ words }: Pick<BatchMessage, 'words'>): readonly NeededCodec[] {
  const missing: NeededCodec[] = [];
  for (let at = 0; at < words.length;) {
    const head = words[at + 1] as number; // as job-packer.ts wrote it, like all that follows
    at += 2;
    for (const flag of BEFORE_RECEIVER) if ((head & flag) !== 0) at += 1;
    if ((head & WITH_RECEIVER) !== 0) {
      missing.push(...codecsMissing(packedReceiver(words[at] as readonly unknown[])));
      at += 1;
    }
    for (const end = at + Math.floor(head / ARGUMENTS_FROM); at < end; at += 1) {
      const word = words[at];
      if (typeof word === 'object' && word !== null) missing.push(...codecsMissing(word));
    }
  }
  return missing;
}

const BEFORE_RECEIVER = [WITH_ATTEMPT, WITH_COPIES, WITH_DONATED] as const;

/** Reads the jobs of a batch in order, and holds the values that jobs leave for later ones. */
export class JobReader {
  readonly context: UnpackContext;
  #words = NO_WORDS;
  #at = 0;
  readonly #kept = new Map<number, Kept>();
  #used: Future[] = [];

  constructor(finder: NodeFinder) {
    this.context = {
      memory: new WorkerMemory(),
      special: (packed) => nodeFrom(packed, finder),
    };
  }

  /** Begins a batch. */
  open({ words }: BatchMessage): void {
    this.#words = words;
    this.#at = 0;
  }

  /** Ends it. */
  close(): void {
    this.#words = NO_WORDS;
    this.#kept.clear();
  }

  /** Node of the next job. */
  get node(): number {
    return this.#words[this.#at] as number; // as job-packer.ts wrote it, like all that follows
  }

  /** Whether values are kept that would be lost with the thread. */
  get keeps(): boolean {
    return this.#kept.size > 0;
  }

  read(): ReadJob {
    const words = this.#words;
    let at = this.#at;
    const node = words[at++] as number;
    const head = words[at++] as number;
    const attempt = (head & WITH_ATTEMPT) === 0 ? 1 : (words[at++] as number);
    const copies = (head & WITH_COPIES) === 0 ? NONE : (words[at++] as readonly number[]);
    const donated = (head & WITH_DONATED) === 0 ? NONE : (words[at++] as readonly number[]);
    const receiver = (head & WITH_RECEIVER) === 0 ? undefined : (words[at++] as readonly unknown[]);
    const count = Math.floor(head / ARGUMENTS_FROM);
    this.#at = at + count;
    if (this.#used.length > 0) this.#used = [];
    return { node, flags: head, attempt, copies, donated, receiver, args: this.#arguments(at, count) };
  }

  #arguments(at: number, count: number): unknown[] | DagError | undefined {
    const args: unknown[] = new Array<unknown>(count);
    for (let index = 0; index < count; index += 1) {
      const word = this.#words[at + index];
      if (typeof word !== 'object' || word === null) args[index] = word;
      else if ((word as readonly unknown[])[0] === KEPT_VALUE) {
        const position = (word as readonly number[])[1] ?? -1;
        const kept = this.#kept.get(position);
        if (kept === undefined) return undefined;
        if (!this.#used.includes(kept.call)) this.#used.push(kept.call);
        args[index] = kept.value;
      } else {
        try {
          args[index] = unpack(word, this.context);
        } catch (error) {
          return cannotRead(error, index);
        }
      }
    }
    return args;
  }

  /** Keeps the value of a job for a later one. */
  keep(index: number, value: unknown, call: Future): void {
    this.#kept.set(index, { value, call });
  }

  /** The calls whose kept values the present job uses: they are its own to drop. */
  takeUsed(): readonly Future[] {
    const used = this.#used;
    if (used.length === 0) return used;
    this.#used = [];
    for (const [position, { call }] of this.#kept) if (used.includes(call)) this.#kept.delete(position);
    return used;
  }
}

function cannotRead(error: unknown, index: number): DagError {
  return error instanceof DagError
    ? error
    : new DagError('DAG_CANNOT_TRAVEL', {
        message: `Argument ${index.toString()} could not be rebuilt on the worker: ${describeThrown(error)}.`,
        cause: error,
      });
}

/** A node that stood in a value, as the function that it is on this thread. */
function nodeFrom(packed: readonly unknown[], finder: NodeFinder): unknown {
  const [, module, name, owner, version] = packed as [number, string, string, string | undefined, string | undefined]; // as it was packed
  const spec = finder.lookUp({ module, name, owner, version });
  if (spec === undefined) throw notInModule(`${name} was not defined while ${module} was loading`);
  return nodeFunction(spec);
}
