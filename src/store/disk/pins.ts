import type { Claims } from './claims.js';

/** What this thread is about to read, each file of an entry by the name of the first. */
export class Pins {
  readonly #claims: Claims;
  readonly #counts = new Map<string, number>();
  /** Not needed any more, but not said so yet: what is found again soon costs nothing. */
  readonly #idle = new Set<string>();
  /** Entries that were found and never read. */
  readonly #collected = new FinalizationRegistry<string>((name) => {
    this.#release(name);
  });

  constructor(claims: Claims) {
    this.#claims = claims;
  }

  /** Others leave the files of an entry alone until `release`, or until `holder` is collected. */
  hold(first: Buffer, holder: object): void {
    const name = first.toString('hex');
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    if (count === 0 && !this.#idle.delete(name)) this.#claims.pins.add(first);
    this.#collected.register(holder, name, holder);
  }

  release(first: Buffer, holder: object): void {
    this.#collected.unregister(holder);
    this.#release(first.toString('hex'));
  }

  isPinned(first: Buffer): boolean {
    const name = first.toString('hex');
    if (this.#counts.has(name)) return true;
    if (this.#idle.has(name)) this.flush();
    return this.#claims.pins.has(first);
  }

  /** Tells others what is not read any more. */
  flush(): void {
    if (this.#idle.size === 0) return;
    const names = [...this.#idle].map((name) => Buffer.from(name, 'hex'));
    this.#idle.clear();
    this.#claims.pins.remove(names);
    this.#claims.refresh();
  }

  #release(name: string): void {
    const count = (this.#counts.get(name) ?? 1) - 1;
    if (count > 0) {
      this.#counts.set(name, count);
      return;
    }
    this.#counts.delete(name);
    this.#idle.add(name);
  }
}
