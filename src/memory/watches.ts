import { type Block, Watch } from './block.js';

/** Wrappers of so many bytes at most are watched a little later: what they keep must not grow large. */
const SMALL = 64 * 1024;
/** Most wrappers that are not watched yet. */
const YOUNG = 64;

/**
 * Looks out for the collection of what was handed out for blocks. To have the engine watch a wrapper costs as much as to
 * make it; most small ones that a body takes are given back or away in the same turn of the event loop, and are never
 * watched.
 */
export class Watches {
  readonly #collected: FinalizationRegistry<Watch>;
  #young: Watch[] = [];
  #settling = false;
  readonly #settle = (): void => {
    this.#settling = false;
    this.#grow(this.#young.splice(0));
  };

  /** @param collected is told of a block when the last that was handed out for it was collected. */
  constructor(collected: (block: Block) => void) {
    this.#collected = new FinalizationRegistry((watch) => {
      if (watch.block.watch === watch) collected(watch.block);
    });
  }

  /**
   * Watches what is handed out for a block; the collection of what was handed out before means nothing any more.
   *
   * @param owned whether a call has it, whose end gives it back in most cases.
   */
  begin(block: Block, wrapper: SharedArrayBuffer, owned: boolean): void {
    this.end(block);
    const watch = new Watch(block, wrapper);
    block.watch = watch;
    if (!owned || wrapper.byteLength > SMALL) {
      this.#grow([watch]);
      return;
    }
    this.#young.push(watch);
    if (this.#young.length > YOUNG) this.#grow(this.#young.splice(0, YOUNG / 2));
    if (this.#settling) return;
    this.#settling = true;
    // Nothing of it is a reason for the process to live on, nor for a thread not to be blocked.
    setImmediate(this.#settle).unref();
  }

  /** Watches a block no more. */
  end({ watch }: Block): void {
    if (watch === undefined) return;
    if (watch.grown) this.#collected.unregister(watch);
    else watch.over = true;
  }

  #grow(watches: readonly Watch[]): void {
    for (const watch of watches) if (!watch.over) this.#collected.register(watch.grow(), watch, watch);
  }
}
