import { scopes } from './scope.js';

/** What a module's top level is stopped with where it wants a result at once; it means nothing but that. */
export const HALT: unknown = Object.freeze({ halt: 'a worker imports this module for its nodes only' });

/**
 * What this thread is. A thread of a pool imports the user's modules to find their nodes, and these may be scripts that
 * go on to resolve something: there `resolve()` and the like must do nothing, for the main thread does it.
 */
class Thread {
  #pooled = false;
  #halted: (() => void) | undefined;

  /** Makes it a thread of a pool. `halted` is called when an importing module goes on beyond its definitions. */
  join(halted: () => void): void {
    this.#pooled = true;
    this.#halted = halted;
  }

  /** Whether it belongs to a pool. */
  get pooled(): boolean {
    return this.#pooled;
  }

  /** Whether code of a module's top level is running on a thread of a pool: what it asks for must not be done. */
  get inert(): boolean {
    return this.#pooled && scopes.current()?.parent === undefined;
  }

  /** The importing module wants more than to define nodes: the import counts as done. */
  halt(): void {
    this.#halted?.();
  }
}

/** This thread. */
export const thread = new Thread();
