import { types } from 'node:util';
import type { PackContext, PayloadMemory, UnpackContext } from '../../../src/memory/payload/context.js';
import { pack } from '../../../src/memory/payload/pack.js';
import { unpack } from '../../../src/memory/payload/unpack.js';

/** A memory of a few blocks that tells what was asked of it. */
export class TestMemory implements PayloadMemory {
  readonly blocks: SharedArrayBuffer[] = [];
  readonly placed: { readonly bytes: number; readonly float: boolean }[] = [];
  readonly located: ArrayBufferLike[] = [];

  /** A block of its own. */
  block(bytes: number): SharedArrayBuffer {
    const block = new SharedArrayBuffer(bytes);
    this.blocks.push(block);
    return block;
  }

  locate(buffer: ArrayBufferLike): number | undefined {
    this.located.push(buffer);
    const index = this.blocks.indexOf(buffer as SharedArrayBuffer);
    return index < 0 ? undefined : index;
  }

  place(bytes: Uint8Array, float: boolean): { readonly block: number; readonly offset: number } {
    this.placed.push({ bytes: bytes.byteLength, float });
    const block = this.block(bytes.byteLength + 32);
    new Uint8Array(block).set(bytes, 16);
    return { block: this.blocks.length - 1, offset: 16 };
  }

  open(block: number): SharedArrayBuffer {
    const memory = this.blocks[block];
    if (memory === undefined) throw new Error(`There is no block ${block}`);
    return memory;
  }
}

type Contexts = Omit<PackContext, 'memory' | 'special'> &
  Omit<UnpackContext, 'memory' | 'special'> & {
    readonly memory?: PayloadMemory;
    readonly packs?: PackContext['special'];
    readonly unpacks?: UnpackContext['special'];
  };

/** What arrives of a value on the other side of a message. */
export function travel<Value>(
  value: Value,
  { memory = new TestMemory(), packs, unpacks, ...rest }: Contexts = {},
): Value {
  const packed = pack(value, { memory, ...(packs === undefined ? {} : { special: packs }), ...rest });
  return unpack(structuredClone(packed), {
    memory,
    ...(unpacks === undefined ? {} : { special: unpacks }),
    ...rest,
  }) as Value; // the same type is what the tests are about
}

/**
 * Where two values differ, undefined where they do not: types, keys and their order, holes, signs of zeros, bytes, and
 * which places hold the same object. Realms may differ, as structured clone makes objects of the realm of Node.js.
 */
export function difference(left: unknown, right: unknown): string | undefined {
  return new Comparison().compare(left, right, 'value');
}

class Comparison {
  readonly #twins = new Map<object, object>();

  compare(left: unknown, right: unknown, path: string): string | undefined {
    if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null)
      return Object.is(left, right) ? undefined : `${path}: ${String(left)} and ${String(right)}`;
    const twin = this.#twins.get(left);
    if (twin !== undefined) return twin === right ? undefined : `${path}: is not the same object as before`;
    this.#twins.set(left, right);
    if (typeName(left) !== typeName(right)) return `${path}: ${typeName(left)} and ${typeName(right)}`;
    return this.#inside(left, right, path) ?? this.#properties(left, right, path);
  }

  #inside(left: object, right: object, path: string): string | undefined {
    if (ArrayBuffer.isView(left)) return this.#views(left, right as ArrayBufferView, path);
    if (types.isAnyArrayBuffer(left))
      return bytesDiffer(left, right as ArrayBuffer) ? `${path}: other bytes` : undefined;
    if (types.isMap(left))
      return this.compare([...left].flat(), [...(right as Map<unknown, unknown>)].flat(), `${path}$map`);
    if (types.isSet(left)) return this.compare([...left], [...(right as Set<unknown>)], `${path}$set`);
    if (types.isDate(left) || types.isRegExp(left))
      return this.compare(left.toString(), (right as Date).toString(), path);
    if (types.isBoxedPrimitive(left)) return this.compare(left.valueOf(), right.valueOf(), path);
    if (!types.isNativeError(left)) return undefined;
    const other = right as Error;
    return (
      this.compare(left.name, other.name, `${path}.name`) ??
      this.compare(left.message, other.message, `${path}.message`) ??
      this.compare(left.stack, other.stack, `${path}.stack`) ??
      this.compare(left.cause, other.cause, `${path}.cause`)
    );
  }

  #views(left: ArrayBufferView, right: ArrayBufferView, path: string): string | undefined {
    const known = this.#twins.get(left.buffer);
    if (known !== undefined && known !== right.buffer) return `${path}: does not share its buffer any more`;
    this.#twins.set(left.buffer, right.buffer);
    if (left.byteLength !== right.byteLength) return `${path}: other length`;
    const bytes = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).join();
    return bytes(left) === bytes(right) ? undefined : `${path}: other bytes`;
  }

  #properties(left: object, right: object, path: string): string | undefined {
    if (ArrayBuffer.isView(left) || types.isBoxedPrimitive(left)) return undefined;
    const [before, after] = [Object.keys(left), Object.keys(right)];
    if (before.join() !== after.join()) return `${path}: keys ${before.join()} and ${after.join()}`;
    if (Array.isArray(left) && left.length !== (right as unknown[]).length) return `${path}: other length`;
    for (const key of before) {
      const [one, other] = [left, right].map((of) => (of as Record<string, unknown>)[key]);
      const found = this.compare(one, other, `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function typeName(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return 'null';
  return (prototype as { readonly constructor: { readonly name: string } }).constructor.name;
}

function bytesDiffer(left: ArrayBufferLike, right: ArrayBufferLike): boolean {
  return new Uint8Array(left).join() !== new Uint8Array(right).join();
}
