import type { EntryFacts, PastEntry, Store, StoredEntry } from '../../src/graph/store.js';

/** A store that keeps values as they are, and what it is told of them. */
export class PaperStore implements Store {
  readonly readOnly = false;
  readonly #entries = new Map<string, { readonly value: unknown; readonly facts: EntryFacts }>();
  #past: PastEntry[] = [];
  /** How often an entry was counted as used. */
  uses = 0;
  isOpen = false;

  async open(): Promise<void> {
    this.isOpen = true;
  }

  find(key: string): StoredEntry | undefined {
    this.uses += 1;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { facts, value } = entry;
    const read = (): unknown => value;
    const hasNodes = (facts.nodes?.length ?? 0) > 0;
    return { bytes: 0, createdAt: 0, hasNodes, facts: () => facts, atHand: true, read, readSync: read };
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  async get(key: string): Promise<unknown> {
    return this.#entries.get(key)?.value;
  }

  async put(key: string, value: unknown, facts: EntryFacts = {}): Promise<void> {
    this.#entries.set(key, { value, facts });
    this.#past = [{ key, facts, evicted: false }, ...this.#past.filter((entry) => entry.key !== key)];
  }

  /** Takes an entry out, and remembers that it was there. */
  async evict(key: string): Promise<void> {
    this.#entries.delete(key);
    this.#past = this.#past.map((entry) => (entry.key === key ? { ...entry, evicted: true } : entry));
  }

  /** Forgets what is known of entries, but not these. */
  forget(): void {
    this.#past = [];
  }

  async delete(key: string): Promise<boolean> {
    return this.#entries.delete(key);
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.#entries.keys();
  }

  async stats() {
    return { entries: this.#entries.size, bytes: 0, hits: 0, misses: 0, puts: 0, leftOut: 0, evictions: 0, corrupt: 0 };
  }

  async prune() {
    return { entries: 0, bytes: 0 };
  }

  async verify() {
    return { entries: 0, corrupt: [], strays: 0 };
  }

  tryLock() {
    return { release: () => undefined };
  }

  history(node: string, limit = 100): readonly PastEntry[] {
    return this.#past.filter(({ facts }) => facts.stamp?.node === node).slice(0, limit);
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
