import { types } from 'node:util';
import { viewType } from '../../memory/payload/views.js';
import type { ByteWriter } from './byte-writer.js';
import type { Hasher } from '../hashing.js';
import * as tags from './tags.js';

/** Bytes of a value beyond which its digest stands for it. */
export const INLINE = 512;

/** Writes the values that hold no others. Each method gives whether it wrote the value; if not, it wrote nothing. */
export class LeafWriter {
  readonly #out: ByteWriter;
  readonly #hasher: Hasher;
  /** Digests of large buffers and views. */
  #digests: WeakMap<object, Uint8Array> | undefined = undefined;

  constructor(out: ByteWriter, hasher: Hasher) {
    this.#out = out;
    this.#hasher = hasher;
  }

  /** Anything but objects, functions and symbols. */
  primitive(value: unknown): boolean {
    const out = this.#out;
    switch (typeof value) {
      case 'number':
        if (Number.isNaN(value)) out.byte(tags.NOT_A_NUMBER);
        else out.number(tags.NUMBER, value);
        return true;
      case 'string':
        out.text(value);
        return true;
      case 'boolean':
        out.byte(value ? tags.TRUE : tags.FALSE);
        return true;
      case 'undefined':
        out.byte(tags.UNDEFINED);
        return true;
      case 'bigint':
        out.byte(tags.BIGINT);
        out.text(value.toString(16));
        return true;
      case 'object':
        if (value === null) out.byte(tags.NULL);
        return value === null;
      case 'function':
      case 'symbol':
        return false;
    }
  }

  /** Dates, regular expressions and boxed primitives. Where a regular expression goes on is no part of it. */
  atom(value: object): boolean {
    const out = this.#out;
    if (types.isDate(value)) {
      out.byte(tags.DATE);
      return this.primitive(value.getTime());
    }
    if (types.isRegExp(value)) {
      out.byte(tags.REGEXP);
      out.text(value.source);
      out.text(value.flags);
      return true;
    }
    if (!types.isBoxedPrimitive(value)) return false;
    out.byte(tags.BOXED);
    return this.primitive(value.valueOf()); // those of symbols are no atoms
  }

  url(value: object): boolean {
    if (!(value instanceof URL)) return false;
    this.#out.byte(tags.URL_TEXT);
    this.#out.text(value.href);
    return true;
  }

  /** The type of the view and the bytes that it shows; views of the user's own classes are none. */
  view(view: ArrayBufferView): boolean {
    const type = viewType(view);
    if (type === undefined) return false;
    if (view.byteLength === 0) new Uint8Array(view.buffer); // throws when the memory was transferred
    this.#out.count(tags.VIEW, type);
    this.#bytes(view, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return true;
  }

  buffer(buffer: ArrayBufferLike): void {
    this.#out.byte(types.isSharedArrayBuffer(buffer) ? tags.SHARED_BUFFER : tags.BUFFER);
    this.#bytes(buffer, new Uint8Array(buffer));
  }

  /** The length tells whether the bytes or their digest follow. */
  #bytes(source: object, bytes: Uint8Array): void {
    this.#out.number(tags.NUMBER, bytes.length);
    if (bytes.length <= INLINE) {
      this.#out.bytes(bytes);
      return;
    }
    let digest = this.#digests?.get(source);
    if (digest === undefined) {
      this.#hasher.begin();
      this.#hasher.update(bytes);
      digest = this.#hasher.digest();
      (this.#digests ??= new WeakMap<object, Uint8Array>()).set(source, digest);
    }
    this.#out.bytes(digest);
  }
}
