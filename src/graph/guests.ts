import { currentScope } from './scope.js';

/**
 * Callbacks of the user's that are called in the middle of the library's own work: listeners, loggers, `progress`, the
 * listeners of a body's signal. What they ask of the library in turn must wait until that work is done.
 */
class Guests {
  #inside = 0;

  /** Whether such a callback is on the JavaScript stack. */
  get present(): boolean {
    return this.#inside > 0;
  }

  /** Calls a callback, outside any body and Graph. */
  call(callback: () => void): void {
    this.#inside += 1;
    try {
      currentScope.run(undefined, callback);
    } finally {
      this.#inside -= 1;
    }
  }

  /** Calls `action` now, or when the callbacks on the stack and the work that called them are done. */
  afterwards(action: () => void): void {
    if (this.#inside === 0) action();
    else queueMicrotask(action);
  }
}

/** The callbacks of this thread. */
export const guests = new Guests();
