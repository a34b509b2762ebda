import { createRequire } from 'node:module';
import type {} from 'reflect-metadata';
import type { NodeOptions } from './options.js';

load();

/** What reflect-metadata adds to the global Reflect, if it is there. */
const metadata: Partial<Pick<typeof Reflect, 'defineMetadata' | 'getMetadata'>> = Reflect;

/**
 * It is CommonJS and adds to the global Reflect: to require it takes a third of the time that `import` does. A program
 * that was bundled into one file may not find it; then only checked calls miss it, unless the program brings it along.
 */
function load(): void {
  try {
    createRequire(import.meta.url)('reflect-metadata');
  } catch (error) {
    const { code } = error as { readonly code?: unknown }; // as require throws it, and createRequire without a URL
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_INVALID_ARG_VALUE') throw error;
  }
}

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
  metadata.defineMetadata?.(OPTIONS_KEY, options, target, key);
}

/** What the compiler wrote down of a method's types; undefined without `emitDecoratorMetadata`. */
export function declaredTypes(target: object, key: string | symbol): DeclaredTypes | undefined {
  const parameters: unknown = metadata.getMetadata?.('design:paramtypes', target, key);
  if (!Array.isArray(parameters)) return undefined;
  const result: unknown = metadata.getMetadata?.('design:returntype', target, key);
  return {
    parameters: parameters.map((type: unknown) => (isConstructor(type) ? type : undefined)),
    result: isConstructor(result) ? result : undefined,
  };
}

function isConstructor(type: unknown): type is TypeConstructor {
  return typeof type === 'function';
}
