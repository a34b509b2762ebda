import { DagError } from '../errors.js';
import type { Block } from './block.js';
import { BlockDirectory, LARGEST_THREAD } from './directory.js';
import { type BlockHandle, type HandleNews, HandleTable, type KnownBlock } from './handle-table.js';
import { classNumber } from './size-class.js';

/** The thread that makes the directory, and that all others tell of their memory. */
export const MAIN = 1;

/** This thread's part of the blocks that all threads share: who has them, and which memory of them is known here. */
export class SharedBlocks {
  readonly directory: BlockDirectory;
  readonly #table: HandleTable;
  /** Whether this thread passes on what it learns. */
  readonly #relays: boolean;

  constructor(memory: SharedArrayBuffer, thread: number) {
    if (!(thread >= MAIN && thread <= LARGEST_THREAD)) {
      throw new DagError('DAG_INTERNAL', {
        message: `The number of a thread must be 1 to ${LARGEST_THREAD.toString()}, got ${thread.toString()}.`,
      });
    }
    this.directory = new BlockDirectory(memory, thread);
    this.#table = new HandleTable(this.directory);
    this.#relays = thread === MAIN;
  }

  /** Whether no memory is known here. */
  get empty(): boolean {
    return this.#table.size === 0;
  }

  /** Takes a free block of this size, a size class, for this thread. */
  take(size: number): KnownBlock | undefined {
    return this.#table.take(classNumber(size));
  }

  /** Enters this thread's own memory as taken; undefined when the directory is full. */
  enter(memory: SharedArrayBuffer): KnownBlock | undefined {
    const id = this.directory.create(classNumber(memory.byteLength));
    if (id < 0) return undefined;
    return this.#table.enter(memory, { id, mapping: this.directory.mappingOf(id) }, true);
  }

  /** Frees a block that this thread has. */
  release(block: KnownBlock): void {
    if (this.directory.release(block.id)) this.#table.released(block);
  }

  /** What is known of an id. @throws DAG_INTERNAL when its present memory is not known here. */
  known(id: number): KnownBlock {
    const block = this.#table.get(id);
    if (block !== undefined) return block;
    throw new DagError('DAG_INTERNAL', {
      message: `Thread ${this.#name} does not know the memory of block ${id.toString()}.`,
    });
  }

  /** Takes a block over from the thread that has it, which must be `from` if that is given. @throws DAG_INTERNAL */
  adopt(id: number, from: number | undefined): KnownBlock {
    const block = this.known(id);
    const { directory } = this;
    const owner = directory.ownerOf(id);
    const expected = from === undefined || from === owner;
    if (expected && (owner === directory.thread || directory.transfer(id, owner, directory.thread))) return block;
    throw new DagError('DAG_INTERNAL', {
      message: `Thread ${this.#name} cannot take over block ${id.toString()}: expected one that thread ${from?.toString() ?? 'any'} has, got one that ${owner.toString()} has.`,
    });
  }

  /** The block of an id, while it is this thread's. */
  blockAt(id: number): Block | undefined {
    return this.#table.blockAt(id);
  }

  since(cursor: number): HandleNews {
    return this.#table.since(cursor);
  }

  learn(handles: readonly BlockHandle[]): void {
    this.#table.learn(handles, this.#relays);
  }

  /** Settles what a dead thread had; memory that died with it is given up. */
  reclaim(thread: number): void {
    // A stale handle counts for nothing: get() compares mappings.
    this.#table.forget(this.directory.reclaim(thread, (id) => this.#table.get(id) !== undefined));
  }

  /** Gives up free blocks, of any thread, of at least `bytes` in all. */
  retire(bytes?: number): void {
    this.#table.forget(this.directory.retireFree(bytes));
  }

  /**
   * What is to be done once in a while: forgets what others gave up and, in the main thread, gives free blocks up and
   * corrects the counts if no thread took or released any since the last time.
   */
  tend(): void {
    this.#table.forgetStale();
    if (!this.#relays || !this.directory.wasIdle()) return;
    this.retire();
    this.directory.recount();
  }

  get #name(): string {
    return this.directory.thread.toString();
  }
}
