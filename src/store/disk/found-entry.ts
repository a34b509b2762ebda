import { DagError } from '../../errors.js';
import type { EntryFacts, MaybePromise, StoredEntry } from '../../graph/store.js';
import { wholeFacts } from '../file-lists.js';
import { bufferFor, decodeValue } from '../value/decode.js';
import { slotsOf, type Slot } from '../value/format.js';
import { DAMAGED, type Environment } from './environment.js';
import type { StoredFile } from './files.js';
import { listFinder } from './list-uses.js';
import type { RecordView } from './record.js';

/** Where entries are found, and told of when they are damaged. */
export interface EntryHost {
  readonly environment: Environment;
  /** Throws when the store is closed. */
  check(): void;
  drop(key: string, createdAt: number): void;
}

/** An entry of a store on disk: its record, and files that are read when the value is. */
export class FoundEntry implements StoredEntry {
  readonly #host: EntryHost;
  readonly #key: string;
  readonly #record: RecordView;
  /** Whether its files wait for the first `read`. */
  #pinned = false;

  constructor(host: EntryHost, key: string, record: RecordView) {
    this.#host = host;
    this.#key = key;
    this.#record = record;
  }

  get bytes(): number {
    return this.#record.bytes;
  }

  get createdAt(): number {
    return this.#record.createdAt;
  }

  get hasNodes(): boolean {
    return this.#record.hasNodes;
  }

  get atHand(): boolean {
    return this.#record.fileCount === 0;
  }

  facts(): EntryFacts {
    return wholeFacts(this.#record.facts, listFinder(this.#host.environment.tables));
  }

  read(owner?: object): MaybePromise<unknown> {
    this.#host.check();
    if (this.#record.fileCount > 0) return this.#readFiles(owner);
    return this.#decoded(this.#record.body, [], owner);
  }

  readSync(owner?: object): unknown {
    this.#host.check();
    if (this.#record.fileCount === 0) return this.#decoded(this.#record.body, [], owner);
    if (!this.#pinned && !this.pin()) throw this.#gone();
    try {
      const { files, bodyInFile } = this.#record;
      const [first, ...others] = files;
      const body = bodyInFile && first !== undefined ? this.#readBodyNow(first) : this.#record.body;
      const largeFiles = bodyInFile ? others : files;
      const buffers = this.#roomFor(slotsOf(body), { files: largeFiles, owner });
      for (const [index, file] of largeFiles.entries()) {
        if (!this.#host.environment.files.readSync(file, bytesOf(buffers[index], file)))
          throw this.#damaged('a file of it');
      }
      return this.#decoded(body, buffers, owner);
    } finally {
      this.#unpin();
    }
  }

  /** Keeps its files from being removed; false when the entry is not there any more. */
  pin(): boolean {
    const { environment } = this.#host;
    if (environment.pins === undefined) return true;
    environment.pins.hold(this.#record.firstName, this);
    this.#pinned = true;
    // What was evicted before it was pinned is seen to be gone now; what is evicted after keeps its files.
    if (this.#isThere()) return true;
    this.#unpin();
    return false;
  }

  #unpin(): void {
    if (!this.#pinned) return;
    this.#pinned = false;
    this.#host.environment.pins?.release(this.#record.firstName, this);
  }

  #isThere(): boolean {
    this.#host.environment.refresh();
    const now = this.#host.environment.lookUp(this.#key);
    return now !== undefined && now !== DAMAGED && now.fileCount > 0 && now.firstName.equals(this.#record.firstName);
  }

  async #readFiles(owner: object | undefined): Promise<unknown> {
    if (!this.#pinned && !this.pin()) throw this.#gone();
    try {
      const { files, bodyInFile } = this.#record;
      const [first, ...others] = files;
      const body = bodyInFile && first !== undefined ? await this.#readBody(first) : this.#record.body;
      const buffers = await this.#readLarge(slotsOf(body), { files: bodyInFile ? others : files, owner });
      return this.#decoded(body, buffers, owner);
    } finally {
      this.#unpin();
    }
  }

  async #readBody(file: StoredFile): Promise<Buffer> {
    const body = Buffer.allocUnsafeSlow(file.length);
    if (!(await this.#host.environment.files.read(file, body))) throw this.#damaged('a file of it');
    return body;
  }

  #readBodyNow(file: StoredFile): Buffer {
    const body = Buffer.allocUnsafeSlow(file.length);
    if (!this.#host.environment.files.readSync(file, body)) throw this.#damaged('a file of it');
    return body;
  }

  /** Memory for the large buffers. */
  #roomFor(slots: readonly Slot[], { files, owner }: LargeFiles): ArrayBufferLike[] {
    const large = slots.filter((slot) => slot.large);
    if (large.length !== files.length || large.some(({ length }, index) => files[index]?.length !== length))
      throw this.#damaged('its list of files');
    return large.map((slot) => bufferFor(slot, owner));
  }

  async #readLarge(slots: readonly Slot[], { files, owner }: LargeFiles): Promise<ArrayBufferLike[]> {
    const buffers = this.#roomFor(slots, { files, owner });
    const whole = await Promise.all(
      files.map((file, index) => this.#host.environment.files.read(file, bytesOf(buffers[index], file))),
    );
    if (whole.includes(false)) throw this.#damaged('a file of it');
    return buffers;
  }

  #decoded(body: Buffer, large: readonly ArrayBufferLike[], owner: object | undefined): unknown {
    try {
      return decodeValue(body, { large, owner, subject: `The value stored under ${JSON.stringify(this.#key)}` });
    } catch (thrown) {
      if (thrown instanceof DagError) throw thrown;
      throw this.#damaged('its value', thrown);
    }
  }

  #damaged(what: string, cause?: unknown): DagError {
    // It may have been removed by a process that does not see who reads.
    if (this.#record.fileCount > 0 && !this.#isThere()) return this.#gone();
    this.#host.drop(this.#key, this.createdAt);
    return new DagError('DAG_STORE_CORRUPT', {
      message: `What is stored under ${JSON.stringify(this.#key)} is damaged: ${what} is not as it was written.`,
      remedy: 'It is taken out of the store; compute it again.',
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #gone(): DagError {
    return new DagError('DAG_STORE_CORRUPT', {
      message: `What was stored under ${JSON.stringify(this.#key)} was taken out of the store before it was read.`,
      remedy: 'Compute it again.',
    });
  }
}

/** The files of the large buffers of a value. */
interface LargeFiles {
  readonly files: readonly StoredFile[];
  readonly owner: object | undefined;
}

function bytesOf(buffer: ArrayBufferLike | undefined, { length }: StoredFile): Uint8Array {
  return new Uint8Array(buffer ?? new ArrayBuffer(0), 0, length);
}
