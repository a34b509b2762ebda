import type { Job } from '../../graph/executor.js';
import type { Block } from '../../memory/blocks.js';
import type { BatchMessage, NodeAddress } from './messages.js';
import type { PoolThread } from './pool-thread.js';

/** What a batch needs of the session that its jobs belong to. */
export interface BatchOwner {
  /** Takes in the result of the job at `index`. */
  ended(batch: Batch, index: number, result: unknown): void;
  /** The job at `index` was not run to its end; the reason is given where it is to blame. */
  lost(batch: Batch, index: number, blame: Blame | undefined): void;
  /** All that was reported together was taken in. */
  settled(batch: Batch): void;
  /** What a job took: four of the times, from `at` on. */
  timed(batch: Batch, index: number, times: readonly number[], at: number): void;
  /** Bodies of a node took so many milliseconds each. */
  measured(node: number, milliseconds: number): void;
  /** The one job of a batch took longer than it may. */
  expired(batch: Batch): void;
  /** Whether the thread had to import something for the job. */
  imports(batch: Batch, index: number): boolean;
  /** The thread can take more. */
  wake(): void;
}

/** Why a job was lost by its own fault. */
export interface Blame {
  readonly code: 'DAG_WORKER_DIED' | 'DAG_CALL_TIMEOUT' | 'DAG_POOL_CLOSED' | 'DAG_MODULE_IMPORT';
  readonly message: string;
  readonly remedy?: string;
  readonly thrown?: { readonly value: unknown };
  readonly final?: boolean;
}

/** Where a job is. */
export class Ticket {
  readonly batch: Batch;
  readonly index: number;

  constructor(batch: Batch, index: number) {
    this.batch = batch;
    this.index = index;
  }
}

/** Jobs that go to one thread in one message. */
export class Batch {
  readonly id: number;
  readonly thread: PoolThread;
  readonly owner: BatchOwner;
  readonly observed: boolean;
  readonly debug: boolean;
  /** Milliseconds that its jobs may take in all, as far as is known, before it is sent. */
  readonly limit: number;
  /** Jobs that have not ended, by index. */
  readonly jobs: (Job | undefined)[] = [];
  readonly words: unknown[] = [];
  readonly nodes: NodeAddress[] = [];
  /** Where the head of each job stands in the words. */
  readonly heads: number[] = [];
  /** Blocks that a job reads, by index: they are not recycled before it has ended. */
  readonly #pins: (readonly Block[] | undefined)[] = [];
  /** Milliseconds that its jobs are expected to take in all. */
  cost = 0;
  /** Milliseconds that its one job may take. */
  timeout: number | undefined = undefined;
  /** Jobs that wait for a promise. */
  readonly awaiting = new Set<number>();
  /** When its one job with a time limit began, as far as was told. */
  begunAt: number | undefined = undefined;
  /** All its jobs have ended, or wait for a promise. */
  begun = false;
  /** Jobs that have not ended. */
  left = 0;
  sentAt = 0;
  /** Nothing can be added any more. */
  sent = false;

  constructor(parts: Pick<Batch, 'id' | 'thread' | 'owner' | 'observed' | 'debug' | 'limit'>) {
    this.id = parts.id;
    this.thread = parts.thread;
    this.owner = parts.owner;
    this.observed = parts.observed;
    this.debug = parts.debug;
    this.limit = parts.limit;
  }

  /** Enters a job whose words are there. */
  add(job: Job, { head, pins, cost }: { head: number; pins: readonly Block[] | undefined; cost: number }): void {
    job.ticket = new Ticket(this, this.jobs.length);
    if (pins !== undefined) this.#pins[this.jobs.length] = pins;
    this.jobs.push(job);
    this.heads.push(head);
    this.cost += cost;
    this.left += 1;
  }

  /** Takes a job out that has ended, with the blocks it has read; undefined when nobody waits for it any more. */
  take(index: number): Job | undefined {
    const job = this.jobs[index];
    this.jobs[index] = undefined;
    return job;
  }

  /** The blocks that a job has read, once. */
  takePins(index: number): readonly Block[] {
    const pins = this.#pins[index];
    if (pins === undefined) return NO_BLOCKS;
    this.#pins[index] = undefined;
    return pins;
  }

  message(handles: BatchMessage['handles']): BatchMessage {
    return {
      type: 'batch',
      id: this.id,
      count: this.jobs.length,
      words: this.words,
      handles,
      nodes: this.nodes,
      observed: this.observed,
      timed: this.timeout !== undefined,
      debug: this.debug,
    };
  }
}

const NO_BLOCKS: readonly Block[] = [];
