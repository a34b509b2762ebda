/** Where payloads keep the bytes of their views. */
export interface PayloadMemory {
  /** Whether views of shared memory without a block are placed like others, instead of sharing it. Default false. */
  readonly placesShared?: boolean;
  /** Id of the block that a shared buffer is; undefined for other memory. Asked once for each buffer of a payload. */
  locate(buffer: ArrayBufferLike): number | undefined;
  /**
   * Copies bytes into memory that all threads share; at least one byte. `float` tells that views with floating-point
   * elements lie on them. `offset` is a multiple of 16.
   */
  place(bytes: Uint8Array, float: boolean): { readonly block: number; readonly offset: number };
  /** The memory of a block. Asked once for each buffer of a payload. */
  open(block: number): ArrayBufferLike;
}

/** What packing needs to know. */
export interface PackContext {
  readonly memory: PayloadMemory;
  /**
   * Packs what only the caller knows, such as functions that are nodes: plain data, posted as they are. Undefined when
   * the caller does not know it either. Asked for functions, class instances and nothing else, before any codec.
   */
  readonly special?: (element: object) => readonly unknown[] | undefined;
  /** What errors call the value; paths such as `.options[2]` follow it. */
  readonly subject?: string;
  /** What errors say that it cannot do. Default `'travel to another thread'`. */
  readonly aim?: string;
  /** Told the byte length of every view and of every bare block, for statistics. */
  readonly counted?: (bytes: number) => void;
}

/** What unpacking needs to know. */
export interface UnpackContext {
  readonly memory: PayloadMemory;
  /** Makes what `special` of the packing side packed. */
  readonly special?: (packed: readonly unknown[]) => unknown;
  /** Told the byte length of every view and of every bare block, for statistics. */
  readonly counted?: (bytes: number) => void;
}
