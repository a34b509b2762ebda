/** Threads of every pool. */
export const threads = 2;

/** How an array reaches a worker and comes back. */
export type PayloadMode = 'handed on' | 'handed on, chain' | 'shared' | 'clone' | 'transfer' | 'transfer in';

/** Bodies of one length. */
export interface SpinWork {
  readonly count: number;
  /** Rounds of arithmetic in each body. */
  readonly iterations: number;
}

/** Steps x → x + 1 over one array. */
export interface ChainWork {
  readonly length: number;
  readonly steps: number;
  /** Whether each step may write into its input. */
  readonly inPlace: boolean;
}

/** What a chain has to show for itself. */
export interface ChainOutcome {
  /** An element of the result, and how many of them there are. */
  readonly value: number;
  readonly length: number;
  /** Bytes of shared memory that exist for arrays. */
  readonly mappedBytes: number;
}

/** Hands one array on as often as asked. */
export type HandOn = (calls: number) => Promise<void>;

/** A running pool, whatever it is made of; it ends with its process. What a pool cannot do is absent. */
export interface Pool {
  /** x + 1 for every x below `count`, all in flight together; gives the sum of the results. */
  burst(count: number): Promise<number>;
  /** x + 1, and nothing else under way. */
  single(x: number): Promise<number>;
  /** x + 1 for every x below `leaves`, and their sum. */
  fanOut(leaves: number): Promise<number>;
  /** Calls `spin` with the seeds below `count`; gives the sum of the results. */
  spins(work: SpinWork): Promise<number>;
  /** For each way that an array can travel, what makes one of `bytes` ready to be handed on. */
  readonly payloads: Readonly<Partial<Record<PayloadMode, (bytes: number) => Promise<HandOn> | HandOn>>>;
  chain?(work: ChainWork): Promise<ChainOutcome>;
  /** Resolves when the pool says that all its threads are up. */
  ready?(): Promise<void>;
}

/** Makes a pool of `threads` threads. The first line that a user would write is the first that is timed. */
export type OpenPool = () => Promise<Pool> | Pool;
