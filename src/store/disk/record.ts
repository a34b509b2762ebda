import { crc32 } from 'node:zlib';
import type { WrittenFacts } from '../file-lists.js';
import type { StoredFile } from './files.js';

/**
 * A record of the index: a header, the body of the value unless it is a file, its files, its facts.
 *
 * | at | bytes | |
 * |---|---|---|
 * | 0 | 4 | CRC-32 of all the rest, begun with that of the key |
 * | 4 | 1 | format |
 * | 5 | 1 | flags |
 * | 6 | 1 | version of the format of `v8.serialize` that reading takes, 0 for none |
 * | 8 | 8 | when it was made |
 * | 16 | 8 | cost |
 * | 24 | 4 | bytes of the body |
 * | 28 | 4 | bytes of the facts |
 * | 32 | 4 | number of files |
 * | 40 | 8 | bytes of the value, in files and here |
 *
 * A file has 64 bytes: its name (16), size (8), flags (1), bytes of its checksum (1), length of the buffer (6), checksum (32).
 */
const HEADER = 48;
const FILE_BYTES = 64;
const NAME_BYTES = 16;
const FORMAT = 1;

const HAS_NODES = 1;
const BODY_IN_FILE = 2;
const COMPRESSED = 1;

/** What a record is made of. */
export interface RecordParts {
  readonly body: Buffer;
  /** Whether the first file is the body. */
  readonly bodyInFile: boolean;
  readonly files: readonly StoredFile[];
  readonly facts: WrittenFacts;
  readonly wire: number;
}

/** A record that is whole but for when it was made and its checksum. */
export function encodeRecord({ body, bodyInFile, files, facts, wire }: RecordParts): Buffer {
  const text = Buffer.from(JSON.stringify(facts), 'utf8');
  const inline = bodyInFile ? 0 : body.length;
  const record = Buffer.allocUnsafeSlow(HEADER + inline + files.length * FILE_BYTES + text.length);
  record.fill(0, 0, HEADER);
  record[4] = FORMAT;
  record[5] = ((facts.nodes?.length ?? 0) > 0 ? HAS_NODES : 0) | (bodyInFile ? BODY_IN_FILE : 0);
  record[6] = wire;
  record.writeDoubleLE(facts.cost ?? 0, 16);
  record.writeUInt32LE(inline, 24);
  record.writeUInt32LE(text.length, 28);
  record.writeUInt32LE(files.length, 32);
  record.writeDoubleLE(
    files.reduce((sum, { size }) => sum + size, inline),
    40,
  );
  if (!bodyInFile) record.set(body, HEADER);
  files.forEach((file, index) => {
    writeFile(record, HEADER + inline + index * FILE_BYTES, file);
  });
  record.set(text, record.length - text.length);
  return record;
}

function writeFile(record: Buffer, at: number, { name, size, length, compressed, checksum }: StoredFile): void {
  record.fill(0, at, at + FILE_BYTES);
  record.set(name, at);
  record.writeDoubleLE(size, at + 16);
  record[at + 24] = compressed ? COMPRESSED : 0;
  record[at + 25] = checksum.length;
  record.writeUIntLE(length, at + 26, 6);
  record.set(checksum, at + 32);
}

/** Completes a record. */
export function sealRecord(record: Buffer, key: string, createdAt: number): void {
  record.writeDoubleLE(createdAt, 8);
  record.writeUInt32LE(0, 0);
  record.writeUInt32LE(crc32(record, crc32(key)), 0);
}

/** A record as it was read, whole. */
export class RecordView {
  readonly #record: Buffer;

  /** @param record becomes its own */
  private constructor(record: Buffer) {
    this.#record = record;
  }

  /** Undefined when it is damaged, or another key's. Its first bytes are overwritten. */
  static check(record: Buffer, key: string): RecordView | undefined {
    if (record.length < HEADER || record[4] !== FORMAT) return undefined;
    const checksum = record.readUInt32LE(0);
    record.writeUInt32LE(0, 0);
    if (crc32(record, crc32(key)) !== checksum) return undefined;
    const view = new RecordView(record);
    const length = view.#filesAt + view.fileCount * FILE_BYTES + record.readUInt32LE(28);
    return length === record.length ? view : undefined;
  }

  /** Bytes of it. */
  get length(): number {
    return this.#record.length;
  }

  get createdAt(): number {
    return this.#record.readDoubleLE(8);
  }

  get cost(): number {
    return this.#record.readDoubleLE(16);
  }

  get bytes(): number {
    return this.#record.readDoubleLE(40);
  }

  get wire(): number {
    return this.#record[6] ?? 0;
  }

  get hasNodes(): boolean {
    return ((this.#record[5] ?? 0) & HAS_NODES) !== 0;
  }

  get bodyInFile(): boolean {
    return ((this.#record[5] ?? 0) & BODY_IN_FILE) !== 0;
  }

  get fileCount(): number {
    return this.#record.readUInt32LE(32);
  }

  get body(): Buffer {
    return this.#record.subarray(HEADER, this.#filesAt);
  }

  get facts(): WrittenFacts {
    const from = this.#record.length - this.#record.readUInt32LE(28);
    return JSON.parse(this.#record.toString('utf8', from)) as WrittenFacts; // what encodeRecord wrote
  }

  get files(): StoredFile[] {
    return Array.from({ length: this.fileCount }, (_, index) => this.#file(this.#filesAt + index * FILE_BYTES));
  }

  /** Of the first file; by it, entries with files are pinned. */
  get firstName(): Buffer {
    return this.#record.subarray(this.#filesAt, this.#filesAt + NAME_BYTES);
  }

  #file(at: number): StoredFile {
    const record = this.#record;
    return {
      name: record.subarray(at, at + NAME_BYTES),
      size: record.readDoubleLE(at + 16),
      length: record.readUIntLE(at + 26, 6),
      compressed: ((record[at + 24] ?? 0) & COMPRESSED) !== 0,
      checksum: record.subarray(at + 32, at + 32 + (record[at + 25] ?? 0)),
    };
  }

  get #filesAt(): number {
    return HEADER + this.#record.readUInt32LE(24);
  }
}
