/** A codec that comes with the library: it knows instances by their shape, since every copy of a package has classes of its own. */
export interface LibraryCodec {
  readonly name: string;
  /** '': nothing needs to be imported for it. */
  readonly module: '';
  /** Whether an object is what this codec encodes. Reads symbols, and properties only where the class's name fits. */
  readonly recognises: (instance: object) => boolean;
  readonly encode: (instance: object) => unknown;
  readonly decode: (plain: never) => unknown;
  /** What makes up an instance wherever it is, where `encode` gives more than that. */
  readonly contentOf?: (instance: object) => unknown;
}

/** The name of an object's class; '' where there is none. */
export function classNameOf(instance: object): string {
  const prototype: unknown = Object.getPrototypeOf(instance);
  if (typeof prototype !== 'object' || prototype === null || !Object.hasOwn(prototype, 'constructor')) return '';
  const constructor: unknown = prototype.constructor;
  return typeof constructor === 'function' ? constructor.name : '';
}
