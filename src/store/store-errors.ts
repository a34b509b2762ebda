import { DagError } from '../errors.js';

/** The error for a store that was closed. */
export function storeClosed(name: string): DagError {
  return new DagError('DAG_STORE_CLOSED', {
    message: `${name} was closed before.`,
    remedy: 'Close a store when all that uses it has ended, or make a new one.',
  });
}

/** The error for what a store must be open for. */
export function storeNotOpen(name: string, method: string): DagError {
  return new DagError('DAG_STORE_NOT_OPEN', {
    message: `${name} is not open yet, and ${method}() does not wait.`,
    remedy: 'Wait for `store.open()` before.',
  });
}

/** The error for what a store that is read only does not do. */
export function storeReadOnly(name: string, method: string): DagError {
  return new DagError('DAG_STORE_READ_ONLY', {
    message: `${name} is read only, and ${method}() would change it.`,
    remedy: 'Make the store without `readOnly`.',
  });
}

/** Says once that something was not kept for lack of room. */
export class RoomWarning {
  #said = false;

  say(name: string, reason: string): void {
    if (this.#said) return;
    this.#said = true;
    process.emitWarning(`${name} leaves out what it has no room for: ${reason}.`, {
      type: 'DagWarning',
      code: 'DAG_STORE_FULL',
    });
  }
}
