import { DagError } from '../../errors.js';
import { callIn } from '../../graph/call.js';
import { eachArgument } from '../../graph/dependencies.js';
import { DONE, Future, ON_DISK, PERSISTED, STATE_BITS } from '../../graph/future.js';
import type { CallOptions } from '../../graph/options.js';
import { partIn, partOf } from '../../graph/outputs.js';
import type { Scope } from '../../graph/scope.js';
import type { NodeSpec } from '../../graph/spec.js';
import { pack } from '../../memory/payload/pack.js';
import type { PackContext, UnpackContext } from '../../memory/payload/context.js';
import { eachPackedBlock } from '../../memory/payload/packed-blocks.js';
import { unpack } from '../../memory/payload/unpack.js';
import { CLASS, FIELDS, HOME, packedReceiver, packReceiver, VALUE as RECEIVER_VALUE } from './receiver.js';

/**
 * Calls that a body made on a thread, on their way to where they are scheduled: `[CALL, node, options, receiver, keeps,
 * ...arguments]`, `[PART, call, key]` and, for a call that was resolved there already, `[VALUE, packed]`; each after those it needs,
 * which are named by their positions. In packed values a Future is `[CALL_REFERENCE, position]`.
 */
const CALL = 0;
const PART = 1;
const VALUE = 2;

/** First word of what stands for a Future in a packed value; nodes stand there with their number. */
export const CALL_REFERENCE = -1;

/** Bits of the flags that persist a call. */
const KEEPS = PERSISTED | ON_DISK;

/** The calls that need each other, each after those it needs. Keeps its own stack. */
function inOrder(roots: readonly Future[]): Future[] {
  const ordered: Future[] = [];
  const seen = new Set<Future>();
  const stack: (Future | { readonly done: Future })[] = [...roots].reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!(next instanceof Future)) {
      ordered.push(next.done);
      continue;
    }
    if (seen.has(next)) continue;
    seen.add(next);
    stack.push({ done: next });
    if ((next._flags & STATE_BITS) === DONE) continue;
    eachArgument(next, (dependency) => {
      stack.push(dependency);
    });
  }
  return ordered;
}

/** What {@link packCalls} needs besides a context for values. */
export interface CallPacking {
  readonly context: PackContext;
  /** How the other side finds a node. @throws DAG_NODE_NOT_IN_MODULE */
  readonly addressOf: (spec: NodeSpec) => unknown;
  /** Learns the position of every call before any value is packed. */
  readonly positions: Map<Future, number>;
}

/**
 * Packs calls and all that they need.
 *
 * @throws DAG_CANNOT_TRAVEL, DAG_NODE_NOT_IN_MODULE
 */
export function packCalls(roots: readonly Future[], { context, addressOf, positions }: CallPacking): unknown[] {
  const ordered = inOrder(roots);
  for (const [position, future] of ordered.entries()) positions.set(future, position);
  return ordered.map((future) => {
    const { _spec: spec, _args: args } = future;
    if ((future._flags & STATE_BITS) === DONE) return [VALUE, pack(future._value, context)];
    if (spec.immediate) return [PART, positions.get(args[0] as Future), pack(args[1], context)]; // a part's first argument is its whole
    const receiver =
      future._receiver === undefined ? undefined : packReceiver(future._receiver, spec.identity, context);
    const packed = args.map((argument, index) =>
      pack(argument, { ...context, subject: `argument ${index.toString()} of ${spec.name}` }),
    );
    return [CALL, addressOf(spec), packOptions(spec, context), receiver, future._flags & KEEPS, ...packed];
  });
}

/** The options that a call site changed. */
function packOptions(spec: NodeSpec, context: PackContext): unknown {
  const { base } = spec.identity;
  if (base === undefined || base === spec) return undefined;
  const before: Readonly<Record<string, unknown>> = { ...base.options };
  const changed = Object.entries(spec.options).filter(([name, given]) => before[name] !== given);
  return pack(Object.fromEntries(changed), { ...context, subject: `the options of ${spec.name}` });
}

/** Calls `found` with each block that the values of packed calls refer to. */
export function eachBlockOfCalls(calls: readonly (readonly unknown[])[], found: (block: number) => void): void {
  for (const [kind, ...words] of calls) {
    if (kind !== CALL) {
      eachPackedBlock(words[kind === PART ? 1 : 0], found);
      continue;
    }
    const [, options, receiver, , ...args] = words;
    if (receiver !== undefined) eachPackedBlock(packedReceiver(receiver as readonly unknown[]), found); // as packReceiver made it
    for (const packed of [options, ...args]) eachPackedBlock(packed, found);
  }
}

/** What {@link CallUnpacker} is made from. */
export interface CallUnpacking {
  /** Where the calls are made: in the body of their parent. */
  readonly scope: Scope;
  readonly context: UnpackContext;
  /** The node at an address. @throws DAG_NODE_NOT_IN_MODULE */
  readonly nodeAt: (address: unknown) => NodeSpec;
}

/** Makes calls that a body made on another thread. */
export class CallUnpacker {
  /** What each call gave: a Future, or a Future per output; its value where it was resolved already. */
  readonly #made: unknown[] = [];
  /** Positions of the calls that were resolved already. */
  readonly #resolved = new Set<number>();
  readonly #parts: CallUnpacking;
  readonly #context: UnpackContext;

  constructor(parts: CallUnpacking) {
    this.#parts = parts;
    const { special } = parts.context;
    this.#context = {
      ...parts.context,
      special: (packed) => (packed[0] === CALL_REFERENCE ? this.#standIn(packed[1] as number) : special?.(packed)),
    };
  }

  /** The context for values in which these calls stand. */
  get context(): UnpackContext {
    return this.#context;
  }

  /** Makes the calls, in order. @throws DAG_NODE_NOT_IN_MODULE, DAG_CHECKED_TYPE */
  make(calls: readonly (readonly unknown[])[]): void {
    for (const words of calls) this.#made.push(this.#makeOne(words));
  }

  #makeOne(words: readonly unknown[]): unknown {
    switch (words[0]) {
      case VALUE:
        this.#resolved.add(this.#made.length);
        return unpack(words[1], this.#context);
      case PART:
        return this.#part(words[1] as number, unpack(words[2], this.#context)); // as packCalls wrote it
      default: {
        const [, address, options, receiver, keeps, ...args] = words;
        let spec = this.#parts.nodeAt(address);
        if (options !== undefined) spec = spec.with(unpack(options, this.#context) as CallOptions); // of the same spec
        const made = callIn(this.#parts.scope, {
          spec,
          receiver: receiver === undefined ? undefined : this.#receiver(receiver as readonly unknown[], spec),
          args: args.map((argument) => unpack(argument, this.#context)),
        });
        if (made instanceof Future) made._flags |= keeps as number;
        return made;
      }
    }
  }

  #receiver(packed: readonly unknown[], spec: NodeSpec): unknown {
    const { parent } = this.#parts.scope;
    return unpackReceiver(packed, {
      spec,
      context: this.#context,
      classNamed: (name) => classBehind(parent?._receiver, name),
    });
  }

  /** The part that the call gave under this key, or a new one. */
  #part(position: number, key: unknown): unknown {
    const made = this.#made[position];
    if (this.#resolved.has(position)) return this.#partOfResolved(made, key);
    if (made instanceof Future) return partOf(made, key);
    const outputs = made as Readonly<Record<PropertyKey, unknown>>; // a Future per output
    const output = outputs[key as PropertyKey];
    if (output instanceof Future) return output;
    return partOf(this.at(position), key);
  }

  #partOfResolved(whole: unknown, key: unknown): unknown {
    this.#resolved.add(this.#made.length);
    return partIn(whole, key);
  }

  /** What stands in a value for the call at a position: its Future, or its value where it was resolved already. */
  #standIn(position: number): unknown {
    return this.#resolved.has(position) ? this.#made[position] : this.at(position);
  }

  /** The call at a position; of one with several outputs the whole. */
  at(position: number): Future {
    const made = this.#made[position];
    if (made instanceof Future) return made;
    const [first] = Object.values(made as Readonly<Record<string, unknown>>);
    const whole = first instanceof Future ? first._args[0] : undefined;
    if (whole instanceof Future) return whole;
    throw new DagError('DAG_INTERNAL', { message: 'A call came back from a thread without its Future.' });
  }
}

/** The class of an instance, or the class itself: bodies call the other methods of their own `this`. */
function classBehind(receiver: unknown, name: string): NewableFunction | undefined {
  const found: unknown =
    typeof receiver === 'object' && receiver !== null
      ? (receiver as { readonly constructor?: unknown }).constructor // any object may have one
      : receiver;
  return typeof found === 'function' && found.name === name ? found : undefined;
}

/** What {@link unpackReceiver} needs. */
export interface ReceiverUnpacking {
  readonly spec: NodeSpec;
  readonly context: UnpackContext;
  /** Finds a class by its name in the module of the node. */
  readonly classNamed?: (name: string) => NewableFunction | undefined;
}

/**
 * `this` of a call, as `packReceiver` packed it: an object of the class that this thread has.
 *
 * @throws DAG_INSTANCE_STATE when the class cannot be found here.
 */
export function unpackReceiver(packed: readonly unknown[], { spec, context, classNamed }: ReceiverUnpacking): unknown {
  const [kind, name, fields] = packed;
  const { home } = spec.identity;
  switch (kind) {
    case HOME:
      return home;
    case CLASS: {
      const found = classNamed?.(name as string);
      if (found === undefined) throw noClass(spec, name as string);
      return found;
    }
    case RECEIVER_VALUE:
      return unpack(name, context);
    case FIELDS: {
      const found: unknown = classNamed?.(name as string)?.prototype;
      const prototype = name === '' ? (home ?? found) : found;
      if (typeof prototype !== 'object' || prototype === null) throw noClass(spec, name as string);
      return Object.assign(Object.create(prototype) as object, unpack(fields, context));
    }
  }
  throw new DagError('DAG_INTERNAL', { message: 'A receiver came in no known form.' });
}

function noClass(spec: NodeSpec, name: string): DagError {
  const { owner = 'the class' } = spec.identity;
  return new DagError('DAG_INSTANCE_STATE', {
    message: `${spec.name} is a method of ${name === '' ? owner : name}, and a worker found no such class in its module.`,
    remedy:
      'Export the class from a module that waits for nothing while it loads, or give it a codec with registerCodec().',
  });
}
