import type { Claims } from './claims.js';
import type { Files } from './files.js';
import type { Pins } from './pins.js';

/** Files of entries that are gone: removed as soon as nobody reads them who had found them before. */
export class DoomedFiles {
  readonly #files: Files;
  readonly #claims: Claims;
  readonly #pins: Pins;
  /** Those of one entry together. */
  #doomed: (readonly Buffer[])[] = [];
  #removing: Promise<unknown> = Promise.resolve();

  constructor({ files, claims, pins }: { readonly files: Files; readonly claims: Claims; readonly pins: Pins }) {
    this.#files = files;
    this.#claims = claims;
    this.#pins = pins;
  }

  /** Takes the files of entries, those of each together. */
  add(orphans: readonly (readonly Buffer[])[]): void {
    this.#doomed.push(...orphans);
    for (const names of orphans) this.#files.spare(names);
    this.remove();
  }

  /** Removes those that nobody reads by now. */
  remove(): void {
    if (this.#doomed.length === 0) return;
    this.#claims.refresh();
    const pinned: (readonly Buffer[])[] = [];
    const free: Buffer[] = [];
    for (const names of this.#doomed) {
      const [first] = names;
      if (first !== undefined && this.#pins.isPinned(first)) pinned.push(names);
      else free.push(...names);
    }
    this.#doomed = pinned;
    // What cannot be removed now is a stray, and found as such.
    const removing = this.#files.remove(free).catch(() => undefined);
    this.#removing = Promise.all([this.#removing, removing]);
  }

  /** Settles when all are removed that were to be by now. */
  async removed(): Promise<void> {
    await this.#removing;
  }
}
