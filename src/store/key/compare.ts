import type { EntryFacts, PastEntry } from '../../graph/store.js';

/** What of a call is another than when a result was stored. */
export interface Change {
  readonly reason: 'version changed' | 'source changed' | 'argument changed';
  /** The file whose source changed. */
  readonly file?: string;
  readonly argument?: number | 'this' | 'key';
  /** What stood for that argument then: its key, if it was a Future. */
  readonly before?: string;
}

/** What a result, now or then, was made of; most of what differs tells less than what is alike. */
interface Difference {
  readonly size: number;
  readonly change: Change;
}

/**
 * What has changed since the most similar of some results: its version, its source, or else an argument. Undefined
 * where there is none to compare with. O(results · arguments).
 */
export function changeSince(now: EntryFacts, past: readonly PastEntry[]): Change | undefined {
  let least: Difference | undefined;
  for (const { facts } of past) {
    const difference = differenceOf(now, facts);
    if (difference !== undefined && (least === undefined || difference.size < least.size)) least = difference;
  }
  return least?.change;
}

function differenceOf(now: EntryFacts, then: EntryFacts): Difference | undefined {
  const parts = [partsOf(now), partsOf(then)] as const;
  if (parts[0].part !== parts[1].part) return undefined; // another output of the call
  const places = new Set([...parts[0].hashes.keys(), ...parts[1].hashes.keys()]);
  const changed = [...places].filter((place) => parts[0].hashes.get(place) !== parts[1].hashes.get(place));
  const node = nodeChange(now, then);
  const [argument] = changed;
  if (node !== undefined) return { size: 1 + changed.length, change: node };
  if (argument === undefined) return undefined;
  const before = parts[1].hashes.get(argument);
  const change: Change = { reason: 'argument changed', argument };
  return { size: changed.length, change: before === undefined ? change : { ...change, before } };
}

interface Parts {
  readonly hashes: ReadonlyMap<number | 'this' | 'key', string>;
  /** Which part of the call's value it is. */
  readonly part: string;
}

/** The hashes by what they stand for: what is no argument is marked as what it is. */
function partsOf({ args = [] }: EntryFacts): Parts {
  const hashes = new Map<number | 'this' | 'key', string>();
  const part: string[] = [];
  for (const [position, text] of args.entries()) {
    const [mark = '', hash] = text.split(':');
    if (hash === undefined) hashes.set(position, text);
    else if (mark === 'this' || mark === 'key') hashes.set(mark, hash);
    else part.push(hash);
  }
  return { hashes, part: part.join() };
}

function nodeChange(now: EntryFacts, then: EntryFacts): Change | undefined {
  if (now.stamp?.version !== then.stamp?.version) return { reason: 'version changed' };
  if (now.stamp?.source === then.stamp?.source) return undefined;
  const file = changedFile(now.files ?? {}, then.files ?? {});
  return file === undefined ? { reason: 'source changed' } : { reason: 'source changed', file };
}

/** A file that is another one, else one that came or went. */
function changedFile(
  now: Readonly<Record<string, string>>,
  then: Readonly<Record<string, string>>,
): string | undefined {
  const names = Object.keys({ ...now, ...then }).filter((name) => now[name] !== then[name]);
  return names.find((name) => name in now && name in then) ?? names[0];
}
