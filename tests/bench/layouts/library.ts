import type * as Layouts from '../../../src/layout/index.js';

/** Address of the built entry point for layouts, relative to the bundle in `.build`. */
export const layoutsUrl = new URL('../../../dist/layout/index.js', import.meta.url).href;

/** Loads `lazydag/layout` as it is published. */
export async function loadLayouts(): Promise<typeof Layouts> {
  return (await import(layoutsUrl)) as typeof Layouts;
}
