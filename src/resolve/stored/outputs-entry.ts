import type { Future } from '../../graph/future.js';
import { partsToFill } from '../../graph/outputs.js';
import type { StoredEntry } from '../../graph/store.js';
import type { OutputsOption } from '../../graph/types.js';
import type { Lookup } from './lookup.js';

/** Whether there are entries of all outputs of a call. */
export function hasOutputs(whole: Future, lookup: Lookup): boolean {
  return partsToFill(whole).every((part) => lookup.peek(part) !== undefined);
}

/** The entries of all outputs of a call as one of the call; undefined where any is missing. */
export function outputsEntry(whole: Future, outputs: OutputsOption, lookup: Lookup): StoredEntry | undefined {
  // They count once it is known that they are of use.
  if (!hasOutputs(whole, lookup)) return undefined;
  const found: { readonly part: Future; readonly entry: StoredEntry }[] = [];
  for (const part of partsToFill(whole)) {
    const entry = lookup.find(part);
    if (entry === undefined) return undefined;
    found.push({ part, entry });
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const shape = (values: readonly unknown[]): unknown =>
    typeof outputs === 'number' ? values : Object.fromEntries(outputs.map((name, index) => [name, values[index]]));
  return {
    bytes: found.reduce((sum, { entry }) => sum + entry.bytes, 0),
    createdAt: first.entry.createdAt,
    hasNodes: first.entry.hasNodes,
    atHand: found.every(({ entry }) => entry.atHand),
    facts: () => first.entry.facts(),
    read: async () => shape(await Promise.all(found.map(({ part, entry }) => entry.read(part)))),
    readSync: () => shape(found.map(({ part, entry }) => entry.readSync(part))),
  };
}
