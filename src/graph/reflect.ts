import { createRequire } from 'node:module';
import type {} from 'reflect-metadata';
import type { NodeOptions } from './options.js';

// It is CommonJS and adds to the global Reflect: to require it takes a third of the time that `import` does.
try {
  createRequire(import.meta.url)('reflect-metadata');
} catch {
  // A bundle that stands alone has none. Only `checked` needs it, and the metadata that others look up.
}

/** Reflect as it is where reflect-metadata was not found. */
const reflect: Partial<Pick<typeof Reflect, 'defineMetadata' | 'getMetadata'>> = Reflect;

/** Where the options of a decorated method are kept. */
const OPTIONS_KEY = 'lazydag:node';

/** A constructor as `emitDecoratorMetadata` writes it down for a parameter or a result. */
export type TypeConstructor = (new (...args: never[]) => unknown) | ((...args: never[]) => unknown);

/** What a method declares of its types. */
export interface DeclaredTypes {
  readonly parameters: readonly (TypeConstructor | undefined)[];
  readonly result: TypeConstructor | undefined;
}

/** Keeps a method's options as metadata of its class or prototype. */
export function keepOptions(target: object, key: string | symbol, options: NodeOptions): void {
  reflect.defineMetadata?.(OPTIONS_KEY, options, target, key);
}

/** The options that a decorated method was given, undefined for a method that is no node. */
export function nodeOptionsOf(target: object, key: string | symbol): NodeOptions | undefined {
  return reflect.getMetadata?.(OPTIONS_KEY, target, key) as NodeOptions | undefined; // only keepOptions writes it
}

/** What the compiler wrote down of a method's types; undefined without `emitDecoratorMetadata`. */
export function declaredTypes(target: object, key: string | symbol): DeclaredTypes | undefined {
  const parameters: unknown = reflect.getMetadata?.('design:paramtypes', target, key);
  if (!Array.isArray(parameters)) return undefined;
  const result: unknown = reflect.getMetadata?.('design:returntype', target, key);
  return {
    parameters: parameters.map((type: unknown) => (isConstructor(type) ? type : undefined)),
    result: isConstructor(result) ? result : undefined,
  };
}

function isConstructor(type: unknown): type is TypeConstructor {
  return typeof type === 'function';
}
