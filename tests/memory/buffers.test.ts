import { types } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { node } from '../../src/index.js';
import { bytesOf, eachBuffer } from '../../src/memory/buffers.js';
import { duplicate } from '../../src/memory/duplicate.js';
import { fingerprint } from '../../src/memory/fingerprint.js';
import { unshared } from '../../src/memory/unshared.js';

/** What a walk over a value meets: bytes of views, of buffers, texts, and how often something opaque. */
function met(value: unknown) {
  const found = { views: [] as number[], buffers: [] as number[], texts: [] as string[], opaque: 0 };
  eachBuffer(value, {
    view: (view) => found.views.push(view.byteLength),
    buffer: (buffer) => found.buffers.push(buffer.byteLength),
    text: (text) => found.texts.push(text),
    opaque: () => (found.opaque += 1),
  });
  return found;
}

class Image {
  readonly pixels = new Uint8Array(6);
  readonly #hidden = new Uint8Array(7);
  hidden(): number {
    return this.#hidden.length;
  }
}

describe('eachBuffer', () => {
  it('finds views, buffers and texts at any depth', () => {
    const value = {
      list: [new Float64Array(2), [new DataView(new ArrayBuffer(3))]],
      map: new Map<unknown, unknown>([[new Uint8Array(4), 'text']]),
      set: new Set([new ArrayBuffer(5), new SharedArrayBuffer(6)]),
      node: Buffer.alloc(7),
    };
    const { views, buffers, texts, opaque } = met(value);
    expect(views.sort()).toEqual([16, 3, 4, 7].sort());
    expect(buffers.sort()).toEqual([5, 6]);
    expect(texts).toEqual(['text']);
    expect(opaque).toBe(0);
  });

  it('takes what stands alone', () => {
    expect(met(new Int8Array(3)).views).toEqual([3]);
    expect(met(new ArrayBuffer(3)).buffers).toEqual([3]);
    expect(met('abc').texts).toEqual(['abc']);
    expect(met(5)).toEqual({ views: [], buffers: [], texts: [], opaque: 0 });
    expect(met(null)).toEqual({ views: [], buffers: [], texts: [], opaque: 0 });
  });

  it('visits shared and cyclic objects once', () => {
    const view = new Uint8Array(1);
    const cyclic: unknown[] = [view, view];
    cyclic.push(cyclic, { cyclic });
    expect(met(cyclic).views).toEqual([1]);
  });

  it('looks into class instances, symbols and hidden properties', () => {
    const symbol = Symbol('s');
    const odd = Object.defineProperty({ [symbol]: new Uint8Array(1) }, 'hidden', { value: new Uint8Array(2) });
    expect(met(odd).views.sort()).toEqual([1, 2]);
    expect(met(new Image()).views).toEqual([6]);
  });

  it('calls what it cannot see into opaque', () => {
    const accessor = {
      get view(): Uint8Array {
        throw new Error('must not be called');
      },
    };
    const opaque = [new Image(), () => 1, accessor, new WeakMap(), Promise.resolve(1), [].values()];
    for (const value of opaque) {
      expect(met(value).opaque).toBeGreaterThan(0);
      expect(met([value]).opaque).toBeGreaterThan(0);
    }
    for (const value of [
      {},
      [],
      new Map(),
      new Set(),
      Object.create(null),
      new Date(),
      /x/,
      new Error('e'),
      5,
      'text',
    ]) {
      expect(met(value).opaque).toBe(0);
    }
  });

  it('leaves Futures alone', () => {
    expect(met({ future: node(() => new Uint8Array(3))() })).toMatchObject({ views: [], opaque: 0 });
  });

  it('goes a million levels deep', () => {
    let deep: unknown = new Uint8Array(3);
    for (let level = 0; level < 1_000_000; level += 1) deep = [deep];
    expect(met(deep).views).toEqual([3]);
  });
});

describe('bytesOf', () => {
  it('counts bytes of views and buffers, and characters of texts', () => {
    expect(bytesOf([new Float64Array(2).subarray(1), new ArrayBuffer(3), 'abcd', 5, null, undefined])).toBe(8 + 3 + 4);
    expect(bytesOf(7)).toBe(0);
    expect(bytesOf(undefined)).toBe(0);
    expect(bytesOf('ab')).toBe(2);
    expect(bytesOf(new Error('abcd'))).toBe(0);
  });
});

describe('unshared', () => {
  it('copies shared memory into ordinary buffers, each view with its own part', () => {
    const shared = new SharedArrayBuffer(64);
    const whole = new Float64Array(shared).fill(3);
    const value = {
      part: whole.subarray(2, 4),
      bytes: new DataView(shared, 8, 3),
      memory: shared,
      map: new Map([[1, whole]]),
    };
    const copy = unshared(value) as typeof value;
    expect(copy.part).toEqual(Float64Array.of(3, 3));
    expect(copy.part.buffer).toBeInstanceOf(ArrayBuffer);
    expect(copy.part.buffer.byteLength).toBe(16);
    expect(copy.bytes.byteLength).toBe(3);
    expect(copy.bytes.buffer).toBeInstanceOf(ArrayBuffer);
    expect(copy.memory).toBeInstanceOf(ArrayBuffer);
    expect(copy.memory.byteLength).toBe(64);
    expect(copy.map.get(1)).toEqual(whole);
    whole.fill(0);
    expect(copy.part[0]).toBe(3);
  });

  it('keeps Buffers Buffers', () => {
    const bytes = Buffer.from(new SharedArrayBuffer(8), 2, 3);
    bytes[0] = 9;
    const copy = unshared([bytes]) as [Buffer];
    expect(Buffer.isBuffer(copy[0])).toBe(true);
    expect([...copy[0]]).toEqual([9, 0, 0]);
  });

  it('gives what is not shared as it is', () => {
    const value = { list: [new Float64Array(2)], text: 'x' };
    expect(unshared(value)).toBe(value);
    expect(unshared(5)).toBe(5);
  });
});

describe('duplicate', () => {
  it('copies every view and buffer, and nothing else', () => {
    const plain = { a: 1 };
    const value = {
      floats: Float32Array.of(1, 2),
      view: new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 2),
      buffer: Uint8Array.of(4, 5).buffer,
      shared: new SharedArrayBuffer(6),
      bytes: Buffer.from([7, 8]),
      plain,
    };
    const copy = duplicate(value) as typeof value;
    expect(copy).toEqual(value);
    expect(copy.plain).toBe(plain);
    expect(copy.view.byteLength).toBe(2);
    expect(copy.view.getUint8(0)).toBe(2);
    expect(copy.shared.byteLength).toBe(6);
    expect(Buffer.isBuffer(copy.bytes)).toBe(true);
    copy.floats[0] = 9;
    new Uint8Array(copy.buffer)[0] = 9;
    copy.view.setUint8(0, 9);
    copy.bytes[0] = 9;
    expect([value.floats[0], new Uint8Array(value.buffer)[0], value.view.getUint8(0), value.bytes[0]]).toEqual([
      1, 4, 2, 7,
    ]);
  });

  it('stays in shared memory where the original was', () => {
    const copy = duplicate(new Int16Array(new SharedArrayBuffer(6)).fill(3)) as Int16Array;
    expect(types.isSharedArrayBuffer(copy.buffer)).toBe(true);
    expect([...copy]).toEqual([3, 3, 3]);
  });
});

describe('fingerprint', () => {
  it('changes with any byte that the value can see', () => {
    const value = { parts: [new Float64Array(4), new Uint8Array(3).buffer], text: 'x' };
    const before = fingerprint(value);
    expect(fingerprint(value)).toBe(before);
    (value.parts[0] as Float64Array)[3] = 1e-300;
    const after = fingerprint(value);
    expect(after).not.toBe(before);
    new Uint8Array(value.parts[1] as ArrayBuffer)[2] = 1;
    expect(fingerprint(value)).not.toBe(after);
  });

  it('leaves out bytes that only others can see', () => {
    const whole = new Uint8Array(8);
    const part = whole.subarray(2, 4);
    const before = fingerprint(part);
    whole[7] = 1;
    expect(fingerprint(part)).toBe(before);
  });
});
