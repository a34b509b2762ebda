import type * as Stores from '../../../src/store/index.js';

/** Loads `lazydag/store` as it is published; the address is relative to the bundle in `.build`. */
export async function loadStores(): Promise<typeof Stores> {
  return (await import(new URL('../../../dist/store/index.js', import.meta.url).href)) as typeof Stores;
}
