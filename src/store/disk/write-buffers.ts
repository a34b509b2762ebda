import { open, rm, type FileHandle } from 'node:fs/promises';
import { createDeflateRaw } from 'node:zlib';
import { withHasher, type Hasher, type HashKind } from '../hashing.js';

/** Writes the large buffers of a value to files; the same work on whatever thread does it. */
export type BufferWriter = (jobs: readonly BufferJob[]) => Promise<readonly WrittenBuffer[]>;

/** A large buffer that is to become a file: plain data, so that it can be written on another thread. */
export interface BufferJob {
  /** Where: a temporary name in the folder of the final one. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly compress: boolean;
  /** What the checksum is made with. Default `'xxh128'`. */
  readonly hash?: HashKind;
}

/** A file that has been written. */
export interface WrittenBuffer {
  /** Bytes in the file. */
  readonly size: number;
  /** Checksum of these, in hexadecimal digits. */
  readonly checksum: string;
}

/** Bytes that are hashed without a pause: about 0.3 ms. */
export const CHUNK = 1024 * 1024;

/**
 * Writes large buffers to new files, chunk by chunk, and to the disk itself; all of them, or none. Works on any thread.
 *
 * @throws what the file system does
 */
export async function writeBuffers(jobs: readonly BufferJob[]): Promise<readonly WrittenBuffer[]> {
  const written: WrittenBuffer[] = [];
  try {
    for (const job of jobs) written.push(await writeBuffer(job));
    return written;
  } catch (thrown) {
    for (const { path } of jobs) await rm(path, { force: true }).catch(() => undefined); // it is told what went wrong
    throw thrown;
  }
}

async function writeBuffer({ path, bytes, compress, hash = 'xxh128' }: BufferJob): Promise<WrittenBuffer> {
  const file = await open(path, 'wx', 0o600);
  try {
    const written = await withHasher(hash, async (hasher) => {
      const size = compress ? await writeCompressed(file, bytes, hasher) : await writePlain(file, bytes, hasher);
      return { size, checksum: hasher.digest().toString('hex') };
    });
    await file.datasync();
    return written;
  } finally {
    await file.close();
  }
}

/** Hashes a chunk while it is written. */
async function writePlain(file: FileHandle, bytes: Uint8Array, hasher: Hasher): Promise<number> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK);
    const writing = writeAll(file, chunk);
    hasher.update(chunk);
    await writing;
  }
  return bytes.length;
}

async function writeCompressed(file: FileHandle, bytes: Uint8Array, hasher: Hasher): Promise<number> {
  const deflate = createDeflateRaw({ level: 1, chunkSize: CHUNK / 4 });
  let size = 0;
  const feeding = feed(deflate, bytes);
  feeding.catch(() => undefined); // it is awaited below, unless writing fails before
  for await (const chunk of deflate as AsyncIterable<Buffer>) {
    hasher.update(chunk);
    size += chunk.length;
    await writeAll(file, chunk);
  }
  await feeding;
  return size;
}

async function feed(deflate: NodeJS.WritableStream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    // A copy, for streams do not take shared memory.
    const chunk = Buffer.from(bytes.subarray(at, at + CHUNK));
    await new Promise<void>((done, failed) => {
      deflate.write(chunk, (thrown) => {
        if (thrown) failed(thrown);
        else done();
      });
    });
  }
  deflate.end();
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
}
