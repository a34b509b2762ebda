import type * as Library from '../../../src/index.js';

/**
 * Loads lazydag as it is published. The address is relative to the bundle in `.build`, and computed so that the bundler
 * leaves it alone; the types come from the sources.
 */
export async function loadLibrary(): Promise<typeof Library> {
  return (await import(libraryUrl)) as typeof Library;
}

/** Address of the built entry point. */
export const libraryUrl = new URL('../../../dist/index.js', import.meta.url).href;
