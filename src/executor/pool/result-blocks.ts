import { eachPackedBlock } from '../../memory/payload/packed-blocks.js';
import { eachBlockOfCalls } from './calls.js';
import { CALLED, FAILED } from './messages.js';

/** Calls `found` with each block that the result of a job refers to. */
export function eachBlockOfResult(word: unknown, found: (block: number) => void): void {
  if (!Array.isArray(word)) return;
  const [kind, packed, calls] = word as readonly unknown[];
  if (kind === CALLED) eachBlockOfCalls(calls as readonly (readonly unknown[])[], found); // as packCalls wrote it
  eachPackedBlock(kind === CALLED || kind === FAILED ? packed : word, found);
}
