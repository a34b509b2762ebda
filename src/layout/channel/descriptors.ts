import type { RecordDescription } from './record.js';

/** Which values a reader gets: the newest (`latest`), every one (`queue`), or all but the oldest where it is too slow (`leaky`). */
export type EdgePolicy = 'latest' | 'queue' | 'leaky';

/** A reader as all threads know it. */
export interface SeatDescriptor {
  readonly id: number;
  readonly policy: EdgePolicy;
  readonly memory: SharedArrayBuffer;
  /** The bell of the reader's thread. */
  readonly bell: SharedArrayBuffer;
}

/** A reader in a ring. */
export interface RingReader extends SeatDescriptor {
  /** Most values before it. */
  readonly capacity: number;
}

/** A ring as all threads know it. */
export interface RingDescriptor {
  /** 1 for the first ring of a channel, then counting. */
  readonly generation: number;
  readonly memory: SharedArrayBuffer;
  readonly slots: number;
  /** Most bytes of one value. */
  readonly slotBytes: number;
  /** How many of the last values are never overwritten. */
  readonly retained: number;
  readonly readers: readonly RingReader[];
}

interface EndDescriptor {
  readonly words: SharedArrayBuffer;
  /** The bell of the writer's thread. */
  readonly writerBell: SharedArrayBuffer;
  readonly record: RecordDescription;
  /** Rings that still matter, the oldest first. */
  readonly rings: readonly RingDescriptor[];
}

/** All that a thread needs for writing: plain data, for `postMessage`. */
export type WriterDescriptor = EndDescriptor;

/** All that a thread needs for reading: plain data, for `postMessage`. */
export interface ReaderDescriptor extends EndDescriptor {
  readonly id: number;
}
