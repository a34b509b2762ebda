import { DagError, describeThrown } from '../../errors.js';
import { codecNamed, type KnownCodec } from './codec.js';
import type { UnpackContext } from './context.js';
import { fillError, makeError } from './error-parts.js';
import * as format from './format.js';
import { makeView } from './views.js';

/**
 * Makes a value from what `pack` made and `postMessage` delivered, which it takes for its own. O(1) for views and for plain data, else linear in the
 * number of values that are no plain data. Unpack a message once.
 *
 * @throws DAG_CANNOT_TRAVEL when a codec is not known in this thread or fails; `codecsMissing` tells beforehand.
 * @throws DAG_PEER_MISSING when a codec needs an optional package that cannot be loaded here.
 */
export function unpack(packed: unknown, context: UnpackContext): unknown {
  if (typeof packed !== 'object' || packed === null) return packed;
  const value = packed as format.Packed; // what `pack` makes is a primitive or one of these
  switch (value[0]) {
    case format.PLAIN:
      return value[1];
    case format.VIEW: {
      const [, type, memory, byteOffset, length] = value;
      const view = makeView(type, bufferOf(memory, context), { byteOffset, length });
      context.counted?.(view.byteLength);
      return view;
    }
    case format.BUFFER: {
      const memory = context.memory.open(value[1]);
      context.counted?.(memory.byteLength);
      return memory;
    }
    case format.SPECIAL:
      return specialOf(value[1], context);
    case format.TREE:
      return new TreeUnpacker(value, context).unpack();
  }
}

function bufferOf(memory: format.PackedBuffer, context: UnpackContext): ArrayBufferLike {
  return typeof memory === 'number' ? context.memory.open(memory) : memory;
}

function specialOf(packed: readonly unknown[], context: UnpackContext): unknown {
  if (context.special === undefined) {
    throw new DagError('DAG_INTERNAL', { message: 'A special value was packed, but there is nothing to unpack it.' });
  }
  return context.special(packed);
}

/** Runs the program of one tree. */
class TreeUnpacker {
  readonly #root: readonly [unknown];
  readonly #program: readonly unknown[];
  readonly #packedBuffers: readonly format.PackedBuffer[];
  readonly #codecs: KnownCodec[];
  readonly #context: UnpackContext;
  readonly #buffers: (ArrayBufferLike | undefined)[] = [];
  readonly #values: unknown[] = [];
  #position = 0;

  constructor([, root, program, buffers, codecs]: format.PackedTree, context: UnpackContext) {
    this.#root = root;
    this.#program = program;
    this.#packedBuffers = buffers;
    this.#context = context;
    this.#codecs = codecs.length === 0 ? [] : codecsOf(codecs);
  }

  unpack(): unknown {
    while (this.#position < this.#program.length) this.#step(this.#next() as number);
    return this.#root[0];
  }

  /** The next operand. Its type is what `format.ts` says of the instruction, here as in the casts below. */
  #next(): unknown {
    return this.#program[this.#position++];
  }

  #step(instruction: number): void {
    switch (instruction) {
      case format.MAKE_VIEW:
        this.#makeView();
        return;
      case format.MAKE_BUFFER: {
        const buffer = this.#buffer(this.#next() as number);
        if (buffer instanceof SharedArrayBuffer) this.#context.counted?.(buffer.byteLength);
        this.#values.push(buffer);
        return;
      }
      case format.MAKE_SPECIAL:
        this.#values.push(specialOf(this.#next() as readonly unknown[], this.#context));
        return;
      case format.MAKE_ERROR:
        this.#values.push(makeError(this.#next() as string, this.#next() as string, this.#next() as string));
        return;
      case format.MAKE_INSTANCE:
        this.#makeInstance();
        return;
      case format.PUT:
        put(this.#next() as object, this.#next() as string | number, this.#values[this.#next() as number]);
        return;
      case format.LINK:
        put(this.#next() as object, this.#next() as string | number, this.#next());
        return;
      default:
        this.#finish(instruction);
    }
  }

  #finish(instruction: number): void {
    const first = this.#next();
    switch (instruction) {
      case format.FILL_MAP: {
        const elements = this.#next() as readonly unknown[];
        for (let index = 0; index < elements.length; index += 2)
          (first as Map<unknown, unknown>).set(elements[index], elements[index + 1]);
        return;
      }
      case format.FILL_SET:
        for (const element of this.#next() as readonly unknown[]) (first as Set<unknown>).add(element);
        return;
      case format.FILL_ERROR:
        fillError(this.#values[first as number] as object, this.#next() as object, this.#next() as object);
        return;
      case format.CLEAR_PROTOTYPE:
        Object.setPrototypeOf(first, null);
        return;
      default:
        throw new DagError('DAG_INTERNAL', {
          message: `Instruction ${instruction.toString()} of a payload is unknown.`,
        });
    }
  }

  #makeView(): void {
    const type = this.#next() as number;
    const buffer = this.#buffer(this.#next() as number);
    const part = { byteOffset: this.#next() as number, length: this.#next() as number };
    const view = makeView(type, buffer, part);
    this.#context.counted?.(view.byteLength);
    this.#values.push(view);
  }

  #makeInstance(): void {
    const codec = this.#codecs[this.#next() as number] as KnownCodec; // the constructor looked up all
    const [plain] = this.#next() as [never];
    try {
      this.#values.push(codec.decode(plain));
    } catch (thrown) {
      if (thrown instanceof DagError && thrown.code === 'DAG_PEER_MISSING') throw thrown;
      throw new DagError('DAG_CANNOT_TRAVEL', {
        message: `A value cannot travel to another thread: the codec ${codec.name} failed to decode it: ${describeThrown(thrown)}.`,
        remedy: 'Correct `decode`.',
        cause: thrown,
      });
    }
  }

  #buffer(index: number): ArrayBufferLike {
    return (this.#buffers[index] ??= bufferOf(this.#packedBuffers[index] ?? new ArrayBuffer(0), this.#context));
  }
}

/** Defined rather than assigned where it matters: a key named __proto__ must stay a key. */
function put(container: object, key: string | number, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
  else (container as Record<string | number, unknown>)[key] = value;
}

function codecsOf(names: readonly string[]): KnownCodec[] {
  const codecs: KnownCodec[] = [];
  for (let index = 0; index < names.length; index += 2) {
    const [name = '', module = ''] = names.slice(index, index + 2);
    const codec = codecNamed(name);
    if (codec === undefined) {
      throw new DagError('DAG_CANNOT_TRAVEL', {
        message: `A value cannot travel to this thread: it needs the codec ${name}${module === '' ? '' : `, which ${module} did not register here when it was imported`}.`,
        remedy: 'Call registerCodec() at the top level of the module, not inside of functions.',
      });
    }
    codecs.push(codec);
  }
  return codecs;
}
