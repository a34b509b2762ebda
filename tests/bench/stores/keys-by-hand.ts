import { node } from '../../../src/index.js';
import { localKeyBook } from '../../../src/store/key/book.js';

// Runs make keys by themselves, and no entry point exports how. So the sources are bundled once more, for keys alone: their
// Futures are not those of the published build, and are never resolved.

/** Defines a node of which {@link keyOf} makes keys. */
export const keyedNode = node;

/** A node's call, as far as its key goes. */
export type KeyedCall = Parameters<ReturnType<typeof localKeyBook.begin>['keyOf']>[0];

/** Loads what hashing needs. */
export async function openKeys(): Promise<void> {
  await localKeyBook.open();
}

/** The key of a call, made from nothing as by a run of its own. */
export function keyOf(call: KeyedCall): string {
  return localKeyBook.begin('xxh128').keyOf(call);
}
