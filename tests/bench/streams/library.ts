import type * as Streams from '../../../src/stream/index.js';

/** Address of the built entry point for streams, relative to the bundle in `.build`. */
export const streamsUrl = new URL('../../../dist/stream/index.js', import.meta.url).href;

/** Loads `lazydag/stream` as it is published. */
export async function loadStreams(): Promise<typeof Streams> {
  return (await import(streamsUrl)) as typeof Streams;
}
