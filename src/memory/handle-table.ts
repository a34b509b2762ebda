import type { Block } from './block.js';
import type { BlockDirectory } from './directory.js';
import { classNumber } from './size-class.js';

/** What one thread tells another of a block's memory. */
export interface BlockHandle {
  readonly id: number;
  /** Which of the memories that the id had. */
  readonly mapping: number;
  /** Undefined: the memory was given up; forget the handle. */
  readonly memory: SharedArrayBuffer | undefined;
}

/** What this thread knows of a block. */
export interface KnownBlock {
  readonly id: number;
  readonly mapping: number;
  readonly memory: SharedArrayBuffer;
  readonly sizeClass: number;
  /** Whether it stands in the list of those that this thread released. */
  released: boolean;
  /** Its place among the known blocks of its class. */
  place: number;
  /** The generation that was read here last. */
  opened: number;
  /** The block, while it is this thread's. */
  block: Block | undefined;
}

/** News for other threads. */
export interface HandleNews {
  /** What to ask with next time. */
  readonly cursor: number;
  readonly handles: readonly BlockHandle[];
}

interface ClassBlocks {
  readonly known: KnownBlock[];
  /** The last released last; others may have taken them since. */
  released: KnownBlock[];
  cursor: number;
}

/** A search looks at this many blocks, or at one per so many bytes: about what mapping fresh memory costs. */
const LEAST_LOOKS = 256;
const BYTES_PER_LOOK = 256;
/** The log of changes may be this much longer than twice what is known. */
const LOG_SLACK = 1024;

/** The memory that this thread has of the blocks of a directory, and what it has to tell other threads of it. */
export class HandleTable {
  readonly #directory: BlockDirectory;
  readonly #known = new Map<number, KnownBlock>();
  readonly #classes = new Map<number, ClassBlocks>();
  /** Ids whose handles came or went. Ids only: a log must not hold memory that was given up. */
  #log: number[] = [];
  /** How many entries of the log were cut off. */
  #cut = 0;
  /** Whether the lists of released blocks may have some that were forgotten. */
  #dropped = false;

  constructor(directory: BlockDirectory) {
    this.#directory = directory;
  }

  /** How many blocks are known. */
  get size(): number {
    return this.#known.size;
  }

  /** The block of an id, while it is this thread's. */
  blockAt(id: number): Block | undefined {
    return this.#known.get(id)?.block;
  }

  /** What is known of an id, while its memory is the present one. */
  get(id: number): KnownBlock | undefined {
    const block = this.#known.get(id);
    return block === undefined || this.#directory.isStale(id, block.mapping) ? undefined : block;
  }

  /** Enters memory that is new here. `news`: other threads must be told. */
  enter(memory: SharedArrayBuffer, { id, mapping }: { id: number; mapping: number }, news: boolean): KnownBlock {
    this.#drop(id);
    const sizeClass = classNumber(memory.byteLength);
    const { known } = this.#classOf(sizeClass);
    const block = {
      id,
      mapping,
      memory,
      sizeClass,
      released: false,
      place: known.length,
      opened: -1,
      block: undefined,
    };
    known.push(block);
    this.#known.set(id, block);
    if (news) this.#note(id);
    return block;
  }

  /** Enters what another thread told. News may be late: the directory says what still holds. `news`: pass it on. */
  learn(handles: readonly BlockHandle[], news: boolean): void {
    for (const { id, mapping, memory } of handles) {
      const known = this.#known.get(id);
      if (memory === undefined) {
        if (known === undefined || !this.#directory.isStale(id, known.mapping)) continue;
        this.#drop(id);
        if (news) this.#note(id);
      } else if (known?.mapping !== mapping && !this.#directory.isStale(id, mapping)) {
        this.enter(memory, { id, mapping }, news);
      }
    }
    this.#forgetReleased();
  }

  /** Forgets blocks whose memory was given up. */
  forget(ids: readonly number[]): void {
    for (const id of ids) {
      this.#drop(id);
      this.#note(id);
    }
    this.#forgetReleased();
  }

  /** Forgets the blocks that other threads gave up, also when nobody told. O(known blocks). */
  forgetStale(): void {
    for (const { id, mapping } of this.#known.values()) if (this.#directory.isStale(id, mapping)) this.#drop(id);
    this.#forgetReleased();
  }

  /** What changed since a cursor, 0 for the beginning: all that is known when that was too long ago. */
  since(cursor: number): HandleNews {
    const end = this.#cut + this.#log.length;
    if (cursor === end) return { cursor, handles: [] };
    const ids = cursor < this.#cut ? this.#known.keys() : new Set(this.#log.slice(cursor - this.#cut));
    return { cursor: end, handles: Array.from(ids, (id) => this.#handle(id)) };
  }

  /** Says that this thread released a block: it is the first to be taken again here, as its bytes are in the cache. */
  released(block: KnownBlock): void {
    if (block.released) return;
    block.released = true;
    this.#classOf(block.sizeClass).released.push(block);
  }

  /** Takes a free block of a class for this thread, if there is one that it can use. */
  take(sizeClass: number): KnownBlock | undefined {
    const all = this.#classes.get(sizeClass);
    if (all === undefined) return undefined;
    for (let block = all.released.pop(); block !== undefined; block = all.released.pop()) {
      block.released = false;
      if (this.#directory.tryTake(block.id, block.mapping)) return block;
    }
    return this.#directory.mayHaveFree(sizeClass) ? this.#search(all) : undefined;
  }

  #search(all: ClassBlocks): KnownBlock | undefined {
    const { known } = all;
    const bytes = known[0]?.memory.byteLength ?? 0;
    const looks = Math.min(known.length, Math.max(LEAST_LOOKS, bytes / BYTES_PER_LOOK));
    for (let look = 0; look < looks; look += 1) {
      all.cursor = all.cursor + 1 < known.length ? all.cursor + 1 : 0;
      const block = known[all.cursor];
      if (block !== undefined && this.#directory.tryTake(block.id, block.mapping)) return block;
    }
    return undefined;
  }

  #handle(id: number): BlockHandle {
    const block = this.#known.get(id);
    return { id, mapping: block?.mapping ?? this.#directory.mappingOf(id), memory: block?.memory };
  }

  #note(id: number): void {
    this.#log.push(id);
    if (this.#log.length <= 2 * this.#known.size + LOG_SLACK) return;
    this.#cut += this.#log.length;
    this.#log = [];
  }

  /** Leaves it among the released ones, where a take finds out. */
  #drop(id: number): void {
    const block = this.#known.get(id);
    if (block === undefined) return;
    this.#known.delete(id);
    this.#dropped = true;
    const { known } = this.#classOf(block.sizeClass);
    const last = known.pop();
    if (last === undefined || last === block) return;
    known[block.place] = last;
    last.place = block.place;
  }

  /** Memory that was given up must not stay in the lists of released blocks. */
  #forgetReleased(): void {
    if (!this.#dropped) return;
    this.#dropped = false;
    for (const all of this.#classes.values()) {
      if (all.released.length === 0) continue;
      all.released = all.released.filter((block) => this.#known.get(block.id) === block);
    }
  }

  #classOf(sizeClass: number): ClassBlocks {
    let all = this.#classes.get(sizeClass);
    if (all === undefined) this.#classes.set(sizeClass, (all = { known: [], released: [], cursor: 0 }));
    return all;
  }
}
