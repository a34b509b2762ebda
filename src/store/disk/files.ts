import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { withHasher, withHasherNow, type HashKind } from '../hashing.js';
import { Gate } from './gate.js';
import { CHUNK, type BufferJob, type BufferWriter } from './write-buffers.js';

/** A large buffer in a file. */
export interface StoredFile {
  /** 16 bytes, the last 8 of which are the session that wrote it. What lies in the store never names a path. */
  readonly name: Buffer;
  /** Bytes in the file. */
  readonly size: number;
  /** Bytes of the buffer. */
  readonly length: number;
  readonly compressed: boolean;
  readonly checksum: Buffer;
}

export interface WriteOptions {
  readonly hash: HashKind;
  readonly compress: boolean;
  readonly writer: BufferWriter;
}

const TEMPORARY = '.tmp';
/** Files that are open at once. */
const OPEN = 16;

/** The large buffers of a store, each in a file of its own. */
export class Files {
  readonly #folder: string;
  readonly #session: string;
  readonly #made = new Set<string>();
  readonly #reading = new Gate(OPEN);
  readonly #writing = new Gate(OPEN / 4);
  /** Names of files that are being written, or are not in the index yet. */
  readonly #pending = new Set<string>();

  constructor(folder: string, session: string) {
    this.#folder = folder;
    this.#session = session;
  }

  /** Writes buffers to files; nothing is left where that fails. `settle` them once the index has them, or has not. */
  write(buffers: readonly Uint8Array[], { hash, compress, writer }: WriteOptions): Promise<StoredFile[]> {
    return this.#writing.pass(async () => {
      const names = buffers.map(() => Buffer.concat([randomBytes(8), Buffer.from(this.#session, 'hex')]));
      this.spare(names);
      try {
        const jobs: BufferJob[] = [];
        for (const [index, bytes] of buffers.entries()) {
          const path = await this.#placeFor(names[index] ?? Buffer.alloc(0));
          jobs.push({ path: path + TEMPORARY, bytes, compress, hash });
        }
        const written = await writer(jobs);
        for (const { path } of jobs) await rename(path, path.slice(0, -TEMPORARY.length));
        return names.map((name, index) => ({
          name,
          compressed: compress,
          length: buffers[index]?.length ?? 0,
          size: written[index]?.size ?? 0,
          checksum: Buffer.from(written[index]?.checksum ?? '', 'hex'),
        }));
      } catch (thrown) {
        await this.remove(names);
        throw thrown;
      }
    });
  }

  /** These files are left alone though no entry has them, until they are settled or removed. */
  spare(names: readonly Buffer[]): void {
    for (const name of names) this.#pending.add(name.toString('hex'));
  }

  /** The index has these files, or they are gone. */
  settle(names: readonly Buffer[]): void {
    for (const name of names) this.#pending.delete(name.toString('hex'));
  }

  /** Reads a file into memory of the length that the buffer had; false when it is missing or damaged. */
  read({ name, size, compressed, checksum }: StoredFile, target: Uint8Array): Promise<boolean> {
    return this.#reading.pass(async () => {
      let file: FileHandle;
      try {
        file = await open(this.#pathOf(name.toString('hex')), 'r');
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false; // what open throws
        throw thrown;
      }
      try {
        if ((await file.stat()).size !== size || (!compressed && size !== target.length)) return false;
        const found = compressed
          ? await readCompressed(file, target, kindOf(checksum))
          : await readPlain(file, target, kindOf(checksum));
        return found?.equals(checksum) === true;
      } finally {
        await file.close();
      }
    });
  }

  /** Like {@link read}, at once. */
  readSync({ name, size, compressed, checksum }: StoredFile, target: Uint8Array): boolean {
    let file: number;
    try {
      file = openSync(this.#pathOf(name.toString('hex')), 'r');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false; // what open throws
      throw thrown;
    }
    try {
      if (fstatSync(file).size !== size || (!compressed && size !== target.length)) return false;
      const found = withHasherNow(kindOf(checksum), (hasher) => {
        if (!compressed) {
          if (!fill(file, target)) return undefined;
          hasher.update(target);
          return hasher.digest();
        }
        const bytes = readFileSync(file);
        hasher.update(bytes);
        if (!inflate(bytes, target)) return undefined;
        return hasher.digest();
      });
      return found?.equals(checksum) === true;
    } finally {
      closeSync(file);
    }
  }

  async remove(names: readonly Buffer[]): Promise<void> {
    for (const name of names) {
      const path = this.#pathOf(name.toString('hex'));
      await rm(path, { force: true });
      await rm(path + TEMPORARY, { force: true });
    }
    this.settle(names);
  }

  /**
   * Removes files that belong to no entry. `isDead` tells of which sessions to look at files, `isUsed` whether an entry
   * has a file.
   */
  async sweep(isDead: (session: string) => boolean, isUsed: (name: Buffer) => boolean): Promise<number> {
    let strays = 0;
    for (const folder of await readdir(this.#folder)) {
      if (!/^[\da-f]{2}$/.test(folder)) continue;
      for (const file of await readdir(join(this.#folder, folder))) {
        const hex = folder + file.replace(TEMPORARY, '');
        if (!/^[\da-f]{32}$/.test(hex) || this.#pending.has(hex) || !isDead(hex.slice(16))) continue;
        if (!file.endsWith(TEMPORARY) && isUsed(Buffer.from(hex, 'hex'))) continue;
        await rm(join(this.#folder, folder, file), { force: true });
        strays += 1;
      }
    }
    return strays;
  }

  async #placeFor(name: Buffer): Promise<string> {
    const hex = name.toString('hex');
    const folder = hex.slice(0, 2);
    if (!this.#made.has(folder)) {
      await mkdir(join(this.#folder, folder), { recursive: true, mode: 0o700 });
      this.#made.add(folder);
    }
    return this.#pathOf(hex);
  }

  #pathOf(hex: string): string {
    return join(this.#folder, hex.slice(0, 2), hex.slice(2));
  }
}

function kindOf(checksum: Buffer): HashKind {
  return checksum.length === 32 ? 'sha256' : 'xxh128';
}

function fill(file: number, target: Uint8Array): boolean {
  for (let at = 0; at < target.length;) {
    const count = readSync(file, target, at, target.length - at, at);
    if (count === 0) return false;
    at += count;
  }
  return true;
}

function inflate(bytes: Buffer, target: Uint8Array): boolean {
  try {
    const plain = inflateRawSync(bytes, { maxOutputLength: Math.max(target.length, 1) });
    if (plain.length !== target.length) return false;
    target.set(plain);
    return true;
  } catch {
    return false; // no such stream as is written
  }
}

/** Hashes one chunk while the next is read. */
function readPlain(file: FileHandle, target: Uint8Array, hash: HashKind): Promise<Buffer | undefined> {
  return withHasher(hash, async (hasher) => {
    let reading = readChunk(file, target, 0);
    for (let at = 0; at < target.length; at += CHUNK) {
      if (!(await reading)) return undefined;
      if (at + CHUNK < target.length) reading = readChunk(file, target, at + CHUNK);
      hasher.update(target.subarray(at, at + CHUNK));
    }
    return hasher.digest();
  });
}

async function readChunk(file: FileHandle, target: Uint8Array, from: number): Promise<boolean> {
  const end = Math.min(from + CHUNK, target.length);
  for (let at = from; at < end;) {
    const { bytesRead } = await file.read(target, at, end - at, at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}

function readCompressed(file: FileHandle, target: Uint8Array, hash: HashKind): Promise<Buffer | undefined> {
  return withHasher(hash, async (hasher) => {
    const inflate = createInflateRaw({ chunkSize: CHUNK / 4 });
    const source = file.createReadStream({ autoClose: false, highWaterMark: CHUNK });
    source.on('data', (bytes) => {
      hasher.update(bytes as Buffer); // no encoding is set
    });
    source.on('error', (thrown) => inflate.destroy(thrown));
    let at = 0;
    try {
      for await (const bytes of source.pipe(inflate) as AsyncIterable<Buffer>) {
        if (at + bytes.length > target.length) return undefined;
        target.set(bytes, at);
        at += bytes.length;
      }
    } catch {
      return undefined; // no such stream as is written
    } finally {
      source.destroy();
    }
    return at === target.length ? hasher.digest() : undefined;
  });
}
