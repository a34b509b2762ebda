import { DagError } from '../../errors.js';
import { captureStack, scriptOf } from '../../graph/call-site.js';
import { checkByRules, type OptionRules } from '../../graph/option-rules.js';
import { describeOption } from '../../graph/options.js';
import { TREE, type Packed } from './format.js';
import { arrowCodec } from './codecs/arrow.js';
import { ndarrayCodec } from './codecs/ndarray.js';
import type { LibraryCodec } from './codecs/library-codec.js';

/** How instances of a class travel between threads. */
export interface Codec<Instance, Plain> {
  /**
   * What makes up an instance, as a value that can travel: plain data, typed arrays (which are not copied), instances
   * of other classes with a codec. Nothing in it may lead back to the instance.
   */
  encode(instance: Instance): Plain;
  /** An instance like the one that was encoded. `plain` belongs to it; typed arrays in it may be memory that threads share. */
  decode(plain: Plain): Instance;
  /** Name under which threads know the codec. Default: the name of the class; unique. */
  readonly name?: string | undefined;
  /** URL of the module whose import registers the codec. Default: the module that calls `registerCodec`. */
  readonly module?: string | undefined;
}

/** What instances are encoded and decoded by, whoever registered it. */
export interface KnownCodec {
  readonly name: string;
  /** '' when it is not known or none is needed. */
  readonly module: string;
  readonly encode: (instance: object) => unknown;
  readonly decode: (plain: never) => unknown;
  /** What makes up an instance wherever it is, where `encode` gives more than that. */
  readonly contentOf?: (instance: object) => unknown;
}

class RegisteredCodec implements KnownCodec {
  readonly name: string;
  readonly encode: (instance: object) => unknown;
  readonly decode: (plain: never) => unknown;
  readonly #registeredAt: Error | undefined;
  #module: string | undefined;

  constructor(name: string, codec: Codec<never, never>, registeredAt: Error | undefined) {
    this.name = name;
    this.encode = (instance) => codec.encode(instance as never); // found by the instance's prototype
    this.decode = (plain) => codec.decode(plain);
    this.#module = codec.module;
    this.#registeredAt = registeredAt;
  }

  get module(): string {
    this.#module ??= (this.#registeredAt === undefined ? undefined : scriptOf(this.#registeredAt)) ?? '';
    return this.#module;
  }
}

/** A class, abstract or not. */
export interface CodecClass<Instance> {
  readonly name: string;
  readonly prototype: Instance;
}

/** Codecs of this thread. Like nodes, they are registered while modules load and stay. */
const byName = new Map<string, { readonly codec: RegisteredCodec; readonly prototype: object }>();
const byPrototype = new WeakMap<object, RegisteredCodec>();
const LIBRARY: readonly LibraryCodec[] = [ndarrayCodec, arrowCodec];
const LIBRARY_PREFIX = 'lazydag:';

/** What travels without a codec, typed arrays apart. */
const HANDLED = new Set<unknown>(
  [Object, Array, Map, Set, Date, RegExp, Number, String, Boolean, BigInt, Function, Symbol].map(
    (Class) => Class.prototype as unknown,
  ),
)
  .add(ArrayBuffer.prototype)
  .add(SharedArrayBuffer.prototype)
  .add(DataView.prototype);

const RULES: OptionRules<Codec<never, never>> = {
  encode: { expected: 'a function', allows: (given) => typeof given === 'function' },
  decode: { expected: 'a function', allows: (given) => typeof given === 'function' },
  name: {
    expected: `a string that is not empty and does not begin with '${LIBRARY_PREFIX}'`,
    allows: (given) => typeof given === 'string' && given !== '' && !given.startsWith(LIBRARY_PREFIX),
  },
  module: { expected: 'a string', allows: (given) => typeof given === 'string' },
};

/**
 * Lets instances of a class travel between threads. Call it at the top level of a module: other threads import that
 * module when they meet an instance. It holds for instances of exactly this class; a subclass needs a codec of its own.
 *
 * ```ts
 * import { registerCodec } from 'lazydag';
 *
 * class Signal {
 *   readonly #samples: Float64Array;
 *   constructor(samples: Float64Array) {
 *     this.#samples = samples;
 *   }
 *   static {
 *     registerCodec(Signal, { encode: (signal) => signal.#samples, decode: (samples) => new Signal(samples) });
 *   }
 * }
 * ```
 *
 * @throws DAG_OPTION when an argument is not what it should be, or another class has a codec of that name.
 */
export function registerCodec<Instance extends object, Plain>(
  Class: CodecClass<Instance>,
  codec: Codec<Instance, Plain>,
): void {
  const prototype = checkClass(Class);
  const given: unknown = codec;
  if (typeof given !== 'object' || given === null) {
    throw new DagError('DAG_OPTION', {
      message: `registerCodec(${Class.name}) expects an object with the functions \`encode\` and \`decode\`, got ${describeOption(given)}.`,
    });
  }
  for (const part of ['encode', 'decode'] as const) {
    const coder: unknown = (given as Partial<Record<string, unknown>>)[part]; // looked at as what it may be instead
    if (typeof coder === 'function') continue;
    throw new DagError('DAG_OPTION', {
      message: `registerCodec(${Class.name}): \`${part}\` must be a function, got ${describeOption(coder)}.`,
    });
  }
  checkByRules(codec as Codec<never, never>, { subject: `registerCodec(${Class.name})`, rules: RULES });
  const name = codec.name ?? Class.name;
  if (!RULES.name.allows(name)) {
    throw new DagError('DAG_OPTION', {
      message: `registerCodec(): a class without a name needs the option \`name\`, ${RULES.name.expected}.`,
    });
  }
  const registered = new RegisteredCodec(
    name,
    codec as Codec<never, never>, // only ever given instances of its class, and what it encoded
    codec.module === undefined ? captureStack(registerCodec) : undefined,
  );
  refuseDuplicate(registered, prototype);
  byName.set(name, { codec: registered, prototype });
  byPrototype.set(prototype, registered);
}

function checkClass(Class: unknown): object {
  const prototype: unknown = typeof Class === 'function' ? Class.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) {
    throw new DagError('DAG_OPTION', {
      message: `registerCodec() expects a class, got ${typeof Class === 'function' ? `the function ${Class.name}` : describeOption(Class)}.`,
    });
  }
  // Prototypes of typed arrays say how large the elements are; those of subclasses inherit it.
  if (HANDLED.has(prototype) || Object.hasOwn(prototype, 'BYTES_PER_ELEMENT') || prototype === Buffer.prototype) {
    throw new DagError('DAG_OPTION', {
      message: `registerCodec() expects a class of yours, got ${(Class as CodecClass<object>).name}, which travels without a codec.`,
    });
  }
  return prototype;
}

/** One name stands for one class; the same class of the same module loaded twice counts as one. */
function refuseDuplicate(registered: RegisteredCodec, prototype: object): void {
  const earlier = byName.get(registered.name);
  if (earlier === undefined || earlier.prototype === prototype) return;
  const className = (of: object): string => (of as { readonly constructor: NewableFunction }).constructor.name;
  const sameClass = className(earlier.prototype) === className(prototype);
  const { module } = registered;
  if (sameClass && module !== '' && withoutQuery(module) === withoutQuery(earlier.codec.module)) return;
  throw new DagError('DAG_OPTION', {
    message: `registerCodec(): the name ${JSON.stringify(registered.name)} belongs to another class already${earlier.codec.module === '' ? '' : `, registered by ${earlier.codec.module}`}.`,
    remedy: 'Give one of them another `name`.',
  });
}

/** Loaders add queries to load a module again. */
function withoutQuery(module: string): string {
  return module.replace(/[?#].*$/s, '');
}

/** The codec for an object: one registered for exactly its class, else one that comes with the library. */
export function codecOf(instance: object): KnownCodec | undefined {
  return registeredCodecOf(instance) ?? LIBRARY.find((codec) => codec.recognises(instance));
}

/** The codec registered for exactly the class of an object. */
export function registeredCodecOf(instance: object): KnownCodec | undefined {
  const prototype: unknown = Object.getPrototypeOf(instance);
  return typeof prototype === 'object' && prototype !== null ? byPrototype.get(prototype) : undefined;
}

/** The codec that this thread knows under a name. */
export function codecNamed(name: string): KnownCodec | undefined {
  return byName.get(name)?.codec ?? LIBRARY.find((codec) => codec.name === name);
}

/** A codec that a packed value needs. */
export interface NeededCodec {
  readonly name: string;
  /** URL or path of the module whose import registers it; '' when that is not known. */
  readonly module: string;
}

const NONE: readonly NeededCodec[] = [];

/** The codecs that a packed value needs and this thread does not know: import their modules, then unpack. O(1) without codecs. */
export function codecsMissing(packed: unknown): readonly NeededCodec[] {
  if (typeof packed !== 'object' || packed === null) return NONE;
  const value = packed as Packed; // what is packed is a primitive or one of these
  if (value[0] !== TREE || value[4].length === 0) return NONE;
  const missing: NeededCodec[] = [];
  for (let index = 0; index < value[4].length; index += 2) {
    const [name = '', module = ''] = value[4].slice(index, index + 2);
    if (codecNamed(name) === undefined) missing.push({ name, module });
  }
  return missing;
}
