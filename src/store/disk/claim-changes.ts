import { COMMIT, type RootTable } from './lmdb.js';
import { isFull, type Reserve } from './reserve.js';

/** Room that is kept for what one change writes besides what it is given, that it may take, and more. Bytes. */
const ROOM = {
  need: 64 * 1024,
  want: 256 * 1024,
  /** That the journal leaves for the rest. */
  kept: 192 * 1024,
};

/** A change that is made with others of its turn. */
interface Soon {
  /** Bytes that it writes, about. */
  readonly bytes: number;
  readonly action: () => void;
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** Changes an environment of claims: at once, or all changes of a turn of the event loop in one transaction. */
export class ClaimChanges {
  readonly #root: RootTable;
  readonly #reserve: Reserve;
  /** Changes of this turn that are not made yet. */
  #soon: Soon[] = [];

  constructor(root: RootTable, reserve: Reserve) {
    this.#root = root;
    this.#reserve = reserve;
  }

  /** Makes the changes that were to be made soon, and then this one. @throws what the file system does */
  now(action: () => void): void {
    this.#flush();
    this.#transact(ROOM.need, action);
  }

  /** Makes a change at the end of this turn, or before the next one that is made at once; settles when others see it. */
  soon(bytes: number, action: () => void): Promise<void> {
    return new Promise((done, failed) => {
      this.#soon.push({ bytes, action, done, failed });
      if (this.#soon.length > 1) return;
      queueMicrotask(() => {
        this.#flush();
      });
    });
  }

  /** Takes something out. What stays for lack of room ends with this thread. */
  drop(action: () => void): void {
    try {
      this.now(action);
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
    }
  }

  #flush(): void {
    if (this.#soon.length === 0) return;
    const changes = this.#soon;
    this.#soon = [];
    try {
      this.#makeAll(changes);
    } catch (thrown) {
      // Where one cannot be made, the others may.
      if (changes.length === 1) for (const { failed } of changes) failed(thrown);
      else for (const change of changes) this.#makeAlone(change);
      return;
    }
    for (const { done } of changes) done();
  }

  #makeAll(changes: readonly Soon[]): void {
    const bytes = changes.reduce((sum, change) => sum + change.bytes, 0);
    this.#transact(ROOM.need + (bytes > 0 ? ROOM.kept + 2 * bytes : 0), () => {
      for (const { action } of changes) action();
    });
  }

  #makeAlone(change: Soon): void {
    try {
      this.#makeAll([change]);
    } catch (thrown) {
      change.failed(thrown);
      return;
    }
    change.done();
  }

  #transact(need: number, action: () => void): void {
    this.#root.transactionSync(() => {
      this.#reserve.ensure({ need, want: need + ROOM.want });
      action();
    }, COMMIT);
  }
}
