import type { EntryFacts, PastEntry, Pruned } from '../graph/store.js';
import { divideFacts, wholeFacts, type FileList, type WrittenFacts } from './file-lists.js';
import type { StoreLimits } from './limits.js';
import { LOW_WATER, worthOf } from './worth.js';

/** Entries that were evicted and are still known, and characters of facts that these keep. */
const GRAVES = 10_000;
const GRAVE_CHARACTERS = 4 * 1024 * 1024;

/** What is kept of an entry. */
export interface Kept {
  readonly body: Buffer;
  readonly large: readonly Uint8Array[];
  readonly facts: KeptFacts;
  /** Of the value. */
  readonly bytes: number;
  readonly createdAt: number;
  readonly cost: number;
}

/** What is known of an entry: text, since most of it is never asked for. */
export interface KeptFacts {
  readonly text: string;
  readonly node: string | undefined;
  readonly hasNodes: boolean;
  /** The list of files that the text names. */
  readonly list: FileList | undefined;
}

/** What is left of an evicted entry. */
interface Grave {
  readonly facts: KeptFacts;
  readonly sequence: number;
}

/** An entry among the others. */
interface Entry {
  readonly kept: Kept;
  /** The later it was put, the larger. */
  readonly sequence: number;
  uses: number;
  worth: number;
}

/** What may stay, and when that is looked at. */
export interface EvictOptions extends Required<StoreLimits> {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds: of entries that are too old, those that were looked for less than these ago may stay. Default 0. */
  readonly ageEvery?: number;
}

/** The entries of a store in memory, and what is known of those that were evicted. */
export class MemoryEntries {
  readonly #entries = new Map<string, Entry>();
  /** Of evicted entries, the oldest first. */
  readonly #graves = new Map<string, Grave>();
  /** Of these. */
  #characters = 0;
  /** Lists of files by name, and how many entries and graves name each. */
  readonly #lists = new Map<string, { readonly list: FileList; uses: number }>();
  #bytes = 0;
  #floor = 0;
  #sequence = 0;
  /** When entries that are too old were last looked for. */
  #agedAt = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Of all values, and what is known of them but for lists of files. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All keys, as they are now. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  get(key: string): Kept | undefined {
    return this.#entries.get(key)?.kept;
  }

  /** Counts an entry as used. */
  use(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.uses += 1;
    const { cost } = entry.kept;
    entry.worth = worthOf({ uses: entry.uses, cost, bytes: sizeOf(entry.kept) }, this.#floor);
  }

  /** Keeps an entry in place of an earlier one. */
  set(key: string, kept: Kept): void {
    const facts = this.#hold(kept.facts); // before what was there lets go of the same list
    this.delete(key);
    this.#exhume(key);
    this.#sequence += 1;
    const { cost } = kept;
    const bytes = sizeOf(kept);
    const worth = worthOf({ uses: 1, cost, bytes }, this.#floor);
    this.#entries.set(key, { kept: { ...kept, facts }, sequence: this.#sequence, uses: 1, worth });
    this.#bytes += bytes;
  }

  /** Gives whether there was one. */
  delete(key: string): boolean {
    const entry = this.#take(key);
    if (entry !== undefined) this.#release(entry.kept.facts);
    return entry !== undefined;
  }

  /** O(entries). */
  history(node: string, limit: number): readonly PastEntry[] {
    const past: (Grave & Pick<PastEntry, 'key' | 'evicted'>)[] = [];
    for (const [key, { kept, sequence }] of this.#entries)
      if (kept.facts.node === node) past.push({ key, facts: kept.facts, sequence, evicted: false });
    for (const [key, { facts, sequence }] of this.#graves)
      if (facts.node === node) past.push({ key, facts, sequence, evicted: true });
    return past
      .sort((a, b) => b.sequence - a.sequence)
      .slice(0, Math.max(limit, 0))
      .map(({ key, facts, evicted }) => ({ key, facts: factsOf(facts), evicted }));
  }

  /** Takes out what is too old, then what is least worth keeping until the rest fits. */
  evict({ maxBytes, maxAge, now, ageEvery = 0 }: EvictOptions): Pruned {
    let entries = 0;
    const before = this.#bytes;
    if (maxAge !== Infinity && (now - this.#agedAt >= ageEvery || this.#bytes > maxBytes)) {
      this.#agedAt = now;
      // They are in no order: what was copied from other stores has the time at which it was made there.
      for (const [key, { kept }] of this.#entries) {
        if (now - kept.createdAt <= maxAge) continue;
        this.#bury(key);
        entries += 1;
      }
    }
    if (this.#bytes > maxBytes) {
      for (const [key, { worth }] of [...this.#entries].sort(([, a], [, b]) => a.worth - b.worth)) {
        if (this.#bytes <= maxBytes * LOW_WATER) break;
        this.#bury(key);
        this.#floor = Math.max(this.#floor, worth);
        entries += 1;
      }
    }
    return { entries, bytes: before - this.#bytes };
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#graves.clear();
    this.#lists.clear();
  }

  #take(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(entry.kept);
    return entry;
  }

  #bury(key: string): void {
    const entry = this.#take(key);
    if (entry === undefined) return;
    const { facts } = entry.kept;
    this.#graves.set(key, { facts, sequence: entry.sequence });
    this.#characters += facts.text.length;
    for (const oldest of this.#graves.keys()) {
      if (this.#graves.size <= GRAVES && this.#characters <= GRAVE_CHARACTERS) break;
      this.#exhume(oldest);
    }
  }

  #exhume(key: string): void {
    const grave = this.#graves.get(key);
    if (grave === undefined) return;
    this.#graves.delete(key);
    this.#characters -= grave.facts.text.length;
    this.#release(grave.facts);
  }

  /** Gives the same, with the list that all share who name it. */
  #hold(facts: KeptFacts): KeptFacts {
    if (facts.list === undefined) return facts;
    const { name } = facts.list;
    const known = this.#lists.get(name) ?? { list: facts.list, uses: 0 };
    known.uses += 1;
    this.#lists.set(name, known);
    return { ...facts, list: known.list };
  }

  #release({ list }: KeptFacts): void {
    const known = list && this.#lists.get(list.name);
    if (list === undefined || known === undefined) return;
    known.uses -= 1;
    if (known.uses === 0) this.#lists.delete(list.name);
  }
}

/** What is to be kept of facts. */
export function keptFacts(given: EntryFacts): KeptFacts {
  const { facts, list } = divideFacts(given);
  const hasNodes = (facts.nodes?.length ?? 0) > 0;
  return { text: JSON.stringify(facts), node: facts.stamp?.node, hasNodes, list };
}

/** Facts as they were given. */
export function factsOf({ text, list }: KeptFacts): EntryFacts {
  return wholeFacts(JSON.parse(text) as WrittenFacts, () => list?.files); // what `keptFacts` wrote
}

/** Bytes that count against the limit. */
export function sizeOf({ bytes, facts }: Pick<Kept, 'bytes' | 'facts'>): number {
  return bytes + facts.text.length;
}
