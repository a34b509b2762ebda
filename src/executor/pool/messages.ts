import type { MessagePort } from 'node:worker_threads';
import type { BlockHandle } from '../../memory/blocks.js';

/**
 * The protocol between a pool and its threads. Jobs travel in batches, one message each; both directions use one flat
 * array of words per message, because structured clone is quick with those. Which jobs of a batch have begun is told
 * through shared memory, so that the pool can take back the others at any moment.
 */

/** Marks the `workerData` of a pool's thread. */
export const POOL_THREAD = 'lazydag.pool';

/** What a thread starts with, as `workerData`. */
export interface ThreadSetup {
  readonly role: typeof POOL_THREAD;
  /** Number of the thread among all that share blocks; 1 is the main thread. */
  readonly thread: number;
  /** State of the shared blocks. */
  readonly directory: SharedArrayBuffer;
  /** Bytes that all blocks together should not exceed. */
  readonly maxBytes: number;
  /** See {@link CLAIMS}. */
  readonly control: SharedArrayBuffer;
  /** Mailboxes for messages to the thread, and from it. */
  readonly inbox: SharedArrayBuffer;
  readonly outbox: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** Batches that may be under way on one thread at once, at most. */
export const CLAIMS = 64;
/** Index in a thread's control words: when its last job with a time limit began, in milliseconds modulo 2^31. */
export const BEGUN = CLAIMS + 2;
/** Index in a thread's control words: bumped with every message that the thread has sent. */
export const REPLIED = CLAIMS + 3;
/** Index in a thread's control words: bumped with every message, so that the thread can look for one without waiting. */
export const SIGNAL = CLAIMS + 4;
/** Index of the number of the batch whose modules the thread imports; 0 for none. */
export const IMPORTING = CLAIMS + 1;
export const CONTROL_WORDS = CLAIMS + 5;
/** Times in control words and reports are milliseconds since 1970, modulo this. */
export const CLOCK = 2 ** 31;

/** A time in milliseconds since 1970 as a control word tells it. */
export function clockWord(time: number): number {
  return Math.floor(time) % CLOCK;
}

/** Bit of a claim word: the batch was taken back before any of its jobs had begun. */
export const REVOKED = 1 << 30;
/** Bits of a claim word: how many jobs have begun. */
export const CLAIMED = (1 << 10) - 1;

/**
 * The claim word of a batch of which no job has begun. Batches that were taken back may still lie in the thread's queue
 * when their word has gone to a later one: it tells them apart.
 */
export function unclaimed(batch: number): number {
  return (Math.floor(batch / CLAIMS) & ((1 << 20) - 1)) << 10;
}

/** How a worker finds a node. */
export interface NodeAddress {
  readonly id: number;
  /** URL of the module that defines it. */
  readonly module: string;
  readonly name: string;
  /** Class whose method it is. */
  readonly owner: string | undefined;
  readonly version: string | undefined;
  /** Which of the nodes of that name and version in its module it is, in the order of their definition. */
  readonly place?: number;
}

/** Jobs for a thread. What most batches do without is left out. */
export interface BatchMessage {
  readonly type?: undefined;
  /** Number of the batch, and how many jobs it has. */
  readonly batch: readonly [id: number, count: number];
  /**
   * Per stretch of jobs that are alike: node, head, number of jobs; then per job what the flags of the head name, and
   * the arguments.
   */
  readonly words: readonly unknown[];
  /** Indices of jobs whose values stay on the thread for jobs that follow, ascending. */
  readonly keeps?: readonly number[];
  /** Indices of jobs that are not wanted any more. */
  readonly skips?: readonly number[];
  /** Blocks that the thread does not know yet. */
  readonly handles?: readonly BlockHandle[];
  /** Nodes that it does not know yet. */
  readonly nodes?: readonly NodeAddress[];
  /** Every body is timed. */
  readonly observed?: boolean;
  /** Its one job has a time limit. */
  readonly timed?: boolean;
  readonly debug?: boolean;
}

/** The result of a running job is not wanted any more. */
interface CancelMessage {
  readonly type: 'cancel';
  readonly batch: number;
  readonly index: number;
  /** Why, as a text. */
  readonly reason: string;
}

/** The thread is to end, once what it has written is on its way. */
interface StopMessage {
  readonly type: 'stop';
}

export type DownMessage = BatchMessage | CancelMessage | StopMessage;

/** What a job's head is made of: flags, and the number of arguments above them. */
export const WITH_ATTEMPT = 1;
export const WITH_COPIES = 2;
export const WITH_RECEIVER = 4;
/** In debug batches: positions of arguments that the body may write to. */
export const WITH_DONATED = 8;
export const ARGUMENTS_FROM = 16;

/** Kinds of packed words that are not payloads, whose kinds are from 0. */
/** An argument: the value that job number [1] of the same batch left on the thread. */
export const KEPT_VALUE = -1;
/** A result: what the body threw is [1]; the code of a coded failure [2], its message [3]. */
export const FAILED = -2;
/** A result: the body returned [1], and made the calls [2]. */
export const CALLED = -3;
/** A result: the job did not run, for a value was missing. */
export const SKIPPED = -4;
/** A result: the job waits for a promise, and its end comes later. */
export const AWAITS = -5;
/** A result: the node was not found, or the module could not be imported: code [1], message [2], what was thrown [3]. */
export const NOT_FOUND = -6;
/** A result: it cannot leave the thread: message [1]. */
export const UNSENDABLE = -7;

/** What became of jobs. */
export interface ReportMessage {
  readonly type?: undefined;
  /** Per stretch: batch, index of the first job, count, then a result per job. */
  readonly words: readonly unknown[];
  /** Blocks that the thread has mapped since. */
  readonly handles?: readonly BlockHandle[];
  /** Per stretch of one node: node, count, milliseconds. */
  readonly costs: readonly number[];
  /** In observed batches, per result: start (milliseconds since 1970), milliseconds, bytes in, bytes out. */
  readonly times?: readonly number[];
}

/** The thread has started. */
interface ReadyMessage {
  readonly type: 'ready';
}

/** A thread has heard that a job is not wanted any more. */
interface HeardMessage {
  readonly type: 'heard';
  readonly batch: number;
  readonly index: number;
}

export type UpMessage = ReportMessage | ReadyMessage | HeardMessage;
