import { toUSVString } from 'node:util';
import { BROKEN_TEXT, LONG_TEXT, TEXT } from './tags.js';
import type { Hasher } from '../hashing.js';

/** Characters from which a text enters by its digest. */
const LONG = 4096;
/** Characters of a long text that are hashed at once. */
const CHUNK = 32_768;
/** Characters up to which a loop is faster than a call into the engine. */
const SHORT = 40;

/** Bytes that are written one after the other into memory that grows, and that is used again and again. */
export class ByteWriter {
  /** Where the next byte goes. */
  at = 0;
  readonly #hasher: Hasher;
  #bytes = Buffer.allocUnsafe(256); // a part of Node's pool, since most keys need no more
  #view = viewOf(this.#bytes);

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** The bytes from `start` on, until more are written. */
  from(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.at);
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.at++] = byte;
  }

  /** A tag and a whole number below 2³². */
  count(tag: number, count: number): void {
    this.#reserve(5);
    this.#bytes[this.at] = tag;
    this.#view.setUint32(this.at + 1, count, true);
    this.at += 5;
  }

  /** A tag and a number, -0 apart from 0; NaN must have been dealt with. */
  number(tag: number, value: number): void {
    this.#reserve(9);
    this.#bytes[this.at] = tag;
    this.#view.setFloat64(this.at + 1, value, true);
    this.at += 9;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** A text of ASCII whose length is known to the reader. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.at += this.#bytes.write(text, this.at, 'latin1');
  }

  /** Any text, with its length. */
  text(text: string): void {
    const { length } = text;
    if (length > LONG) {
      this.#longText(text);
      return;
    }
    this.#reserve(5 + 3 * length);
    if (length <= SHORT && this.#shortText(text)) return;
    const broken = toUSVString(text) !== text;
    const written = this.#bytes.write(text, this.at + 5, broken ? 'utf16le' : 'utf8');
    this.count(broken ? BROKEN_TEXT : TEXT, written);
    this.at += written;
  }

  /** Gives up at the first character that is not ASCII. */
  #shortText(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.at + 5;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    this.count(TEXT, text.length);
    this.at += text.length;
    return true;
  }

  #longText(text: string): void {
    const chunk = Buffer.allocUnsafe(2 * CHUNK);
    this.#hasher.begin();
    for (let from = 0; from < text.length; from += CHUNK) {
      const written = chunk.write(text.slice(from, from + CHUNK), 'utf16le');
      this.#hasher.update(chunk.subarray(0, written));
    }
    this.count(LONG_TEXT, text.length);
    this.bytes(this.#hasher.digest());
  }

  #reserve(count: number): void {
    if (this.at + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.at + count));
    larger.set(this.#bytes.subarray(0, this.at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
