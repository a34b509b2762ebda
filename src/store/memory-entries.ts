import type { EntryFacts, PastEntry, Pruned } from '../graph/store.js';
import type { StoreLimits } from './limits.js';
import { LOW_WATER, worthOf } from './worth.js';

/** Entries that were evicted and are still known. */
const GRAVES = 10_000;

/** What is kept of an entry. */
export interface Kept {
  readonly body: Buffer;
  readonly large: readonly Uint8Array[];
  readonly facts: EntryFacts;
  readonly bytes: number;
  readonly createdAt: number;
  readonly cost: number;
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
  readonly #graves = new Map<string, { readonly facts: EntryFacts; readonly sequence: number }>();
  #bytes = 0;
  #floor = 0;
  #sequence = 0;
  /** When entries that are too old were last looked for. */
  #agedAt = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Of all values. */
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
    const { cost, bytes } = entry.kept;
    entry.worth = worthOf({ uses: entry.uses, cost, bytes }, this.#floor);
  }

  /** Keeps an entry in place of an earlier one. */
  set(key: string, kept: Kept): void {
    this.delete(key);
    this.#graves.delete(key);
    this.#sequence += 1;
    const { cost, bytes } = kept;
    const worth = worthOf({ uses: 1, cost, bytes }, this.#floor);
    this.#entries.set(key, { kept, sequence: this.#sequence, uses: 1, worth });
    this.#bytes += bytes;
  }

  /** Gives whether there was one. */
  delete(key: string): boolean {
    return this.#take(key) !== undefined;
  }

  /** O(entries). */
  history(node: string, limit: number): readonly PastEntry[] {
    const past: (PastEntry & { readonly sequence: number })[] = [];
    for (const [key, { kept, sequence }] of this.#entries)
      if (kept.facts.stamp?.node === node) past.push({ key, facts: kept.facts, sequence, evicted: false });
    for (const [key, { facts, sequence }] of this.#graves)
      if (facts.stamp?.node === node) past.push({ key, facts, sequence, evicted: true });
    return past
      .sort((a, b) => b.sequence - a.sequence)
      .slice(0, Math.max(limit, 0))
      .map(({ key, facts, evicted }) => ({ key, facts: structuredClone(facts), evicted }));
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
  }

  #take(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#bytes -= entry.kept.bytes;
    return entry;
  }

  #bury(key: string): void {
    const entry = this.#take(key);
    if (entry === undefined) return;
    this.#graves.set(key, { facts: entry.kept.facts, sequence: entry.sequence });
    for (const oldest of this.#graves.keys()) {
      if (this.#graves.size <= GRAVES) break;
      this.#graves.delete(oldest);
    }
  }
}
