import type { PackContext, PayloadMemory } from '../../memory/payload/context.js';
import { codecOf } from '../../memory/payload/codec.js';
import { pack } from '../../memory/payload/pack.js';
import { unpack } from '../../memory/payload/unpack.js';

/**
 * The arguments of a component as they were before its constructor had them, which may change them: each further instance
 * is made from a copy. Shared memory stays shared; functions and instances without a codec are the same ones again.
 */
export class KeptArguments {
  readonly #make: () => readonly unknown[];

  /** Copies them once. O(size of the arguments). */
  constructor(args: readonly unknown[]) {
    this.#make = copier(args) ?? eachBy(args.map((arg) => copier([arg]) ?? ((): unknown[] => [arg])));
  }

  /** Arguments that nobody else has. */
  fresh(): readonly unknown[] {
    return this.#make();
  }
}

function eachBy(makers: readonly (() => readonly unknown[])[]): () => readonly unknown[] {
  return () => makers.flatMap((make) => make());
}

/** Makes copies of values; undefined when something in them cannot be copied. */
function copier(args: readonly unknown[]): (() => readonly unknown[]) | undefined {
  const same: unknown[] = [];
  const copies: Uint8Array[] = [];
  const context: PackContext = {
    memory: memoryOf(copies),
    special: (element) => (codecFor(element) ? undefined : [same.push(element) - 1]),
  };
  try {
    // What is packed refers to plain containers as they are: that must be another one from the beginning.
    const packed: unknown = structuredClone(pack(args, context));
    const make = (): readonly unknown[] =>
      unpack(structuredClone(packed), {
        // Each has memory of its own, which its views share.
        memory: memoryOf(copies.map((bytes) => bytes.slice())),
        special: ([index]) => same[index as number],
      }) as readonly unknown[]; // as was packed
    make();
    return make;
  } catch {
    return undefined;
  }
}

function codecFor(element: object): boolean {
  return typeof element !== 'function' && codecOf(element) !== undefined;
}

function memoryOf(copies: Uint8Array[]): PayloadMemory {
  return {
    locate: () => undefined,
    place: (bytes) => ({ block: copies.push(bytes.slice()) - 1, offset: 0 }),
    open: (block) => copies[block]?.buffer ?? new ArrayBuffer(0),
  };
}
