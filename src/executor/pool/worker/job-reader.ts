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
import { notInModule, placeFrom } from '../node-addresses.js';
import { packedReceiver } from '../receiver.js';
import type { NodeFinder } from './node-finder.js';
import { WorkerMemory } from './worker-memory.js';

/** One job of a batch. */
export interface ReadJob {
  readonly node: number;
  /** Whether its value stays on the thread. */
  readonly keeps: boolean;
  readonly attempt: number;
  readonly copies: readonly number[];
  readonly donated: readonly number[];
  readonly receiver: readonly unknown[] | undefined;
  /** Undefined where the job is not wanted any more, or a value that should have been kept on the thread is not there. */
  readonly args: unknown[] | DagError | undefined;
}

interface Kept {
  readonly value: unknown;
  readonly call: Future;
}

const NONE: readonly number[] = [];
const NO_CALLS: readonly Future[] = [];
const NO_WORDS: readonly unknown[] = [];
const NO_INDICES: ReadonlySet<number> = new Set();

/** The codecs that the jobs of a batch need and this thread does not know. */
export function codecsMissingIn({ words }: Pick<BatchMessage, 'words'>): readonly NeededCodec[] {
  const missing: NeededCodec[] = [];
  for (let at = 0; at < words.length;) {
    const head = words[at + 1] as number; // as job-packer.ts wrote it, like all that follows
    const before = BEFORE_RECEIVER.filter((flag) => (head & flag) !== 0).length;
    const receivers = (head & WITH_RECEIVER) === 0 ? 0 : 1;
    let left = words[at + 2] as number;
    at += 3;
    for (; left > 0; left -= 1) {
      at += before + receivers;
      if (receivers > 0) missing.push(...codecsMissing(packedReceiver(words[at - 1] as readonly unknown[])));
      for (const end = at + Math.floor(head / ARGUMENTS_FROM); at < end; at += 1) {
        const word = words[at];
        if (typeof word === 'object' && word !== null) missing.push(...codecsMissing(word));
      }
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
  /** Of the present stretch of jobs that are alike. */
  #node = 0;
  #head = 0;
  #left = 0;
  #keeps = NO_INDICES;
  #skips = NO_INDICES;
  readonly #kept = new Map<number, Kept>();
  /** Positions of the kept values that the present job uses. */
  readonly #used = new Set<number>();

  constructor(finder: NodeFinder) {
    this.context = {
      memory: new WorkerMemory(),
      special: (packed) => nodeFrom(packed, finder),
    };
  }

  /** Begins a batch. */
  open({ words, keeps, skips }: BatchMessage): void {
    this.#words = words;
    this.#at = 0;
    this.#left = 0;
    this.#keeps = keeps === undefined ? NO_INDICES : new Set(keeps);
    this.#skips = skips === undefined ? NO_INDICES : new Set(skips);
  }

  /** Ends it. */
  close(): void {
    this.#words = NO_WORDS;
    this.#kept.clear();
  }

  /** Node of the next job. */
  get node(): number {
    if (this.#left === 0) {
      this.#node = this.#words[this.#at] as number; // as job-packer.ts wrote it, like all that follows
      this.#head = this.#words[this.#at + 1] as number;
      this.#left = this.#words[this.#at + 2] as number;
      this.#at += 3;
    }
    return this.#node;
  }

  /** Whether values are kept that would be lost with the thread. */
  get keeps(): boolean {
    return this.#kept.size > 0;
  }

  read(index: number): ReadJob {
    const { node } = this;
    const words = this.#words;
    const head = this.#head;
    let at = this.#at;
    this.#left -= 1;
    const attempt = (head & WITH_ATTEMPT) === 0 ? 1 : (words[at++] as number);
    const copies = (head & WITH_COPIES) === 0 ? NONE : (words[at++] as readonly number[]);
    const donated = (head & WITH_DONATED) === 0 ? NONE : (words[at++] as readonly number[]);
    const receiver = (head & WITH_RECEIVER) === 0 ? undefined : (words[at++] as readonly unknown[]);
    const count = Math.floor(head / ARGUMENTS_FROM);
    this.#at = at + count;
    if (this.#used.size > 0) this.#used.clear();
    const args = this.#skips.size > 0 && this.#skips.has(index) ? undefined : this.#arguments(at, count);
    return { node, keeps: this.#keeps.size > 0 && this.#keeps.has(index), attempt, copies, donated, receiver, args };
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
        this.#used.add(position);
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
    if (this.#used.size === 0) return NO_CALLS;
    const used: Future[] = [];
    for (const position of this.#used) {
      const kept = this.#kept.get(position);
      if (kept !== undefined) used.push(kept.call);
      this.#kept.delete(position);
    }
    this.#used.clear();
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
  const place = placeFrom(packed.slice(1));
  const spec = finder.lookUp(place);
  if (spec === undefined) throw notInModule(`${place.name} was not defined while ${place.module} was loading`);
  return nodeFunction(spec);
}
