import { thread } from '../../graph/thread.js';
import { prepareHashing } from '../hashing.js';
import { keyBook } from '../key-book.js';
import { storeClosed, storeNotOpen } from '../store-errors.js';
import type { Environment } from './environment.js';
import { acquire, relinquish } from './shared-environments.js';

/** Whose {@link Access} it is. */
export interface AccessParts {
  /** As errors call the store. */
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** It is open from now on. */
  readonly enter: (environment: Environment) => void;
  /** Nobody can use it any more, but what is under way. */
  readonly leave: (environment: Environment) => Promise<void>;
}

type State =
  | { readonly is: 'new' }
  | { readonly is: 'opening'; readonly opening: Promise<void> }
  | { readonly is: 'open'; readonly environment: Environment }
  | { readonly is: 'closed'; readonly closed: Promise<void> };

/** One store's access to the environment of its folder, from `open()` to `close()`. */
export class Access {
  readonly #parts: AccessParts;
  #state: State = { is: 'new' };

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#state.is === 'open';
  }

  /** @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_STORE_CLOSED, DAG_PEER_MISSING */
  async open(): Promise<void> {
    // A thread of a pool imports modules for their nodes only.
    if (thread.pooled && thread.inert) {
      thread.halt();
      await new Promise(() => undefined);
    }
    if (this.#state.is === 'closed') throw storeClosed(this.#parts.name);
    if (this.#state.is === 'new') this.#state = { is: 'opening', opening: this.#open() };
    if (this.#state.is === 'opening') await this.#state.opening;
  }

  /** What is open. @throws DAG_STORE_CLOSED, DAG_STORE_NOT_OPEN naming the method that needs it */
  opened(method: string): Environment {
    if (this.#state.is === 'open') return this.#state.environment;
    const { name } = this.#parts;
    throw this.#state.is === 'closed' ? storeClosed(name) : storeNotOpen(name, method);
  }

  /** May be called again. */
  close(): Promise<void> {
    const state = this.#state;
    if (state.is === 'closed') return state.closed;
    const closed = this.#close(state);
    this.#state = { is: 'closed', closed };
    return closed;
  }

  async #open(): Promise<void> {
    const { name, path, readOnly, enter } = this.#parts;
    let environment: Environment;
    try {
      await Promise.all([prepareHashing(), keyBook()?.open()]);
      environment = await acquire(path, readOnly);
    } catch (thrown) {
      if (this.#state.is === 'opening') this.#state = { is: 'new' };
      throw thrown;
    }
    // It was closed meanwhile.
    if (this.#state.is !== 'opening') {
      await relinquish(environment);
      throw storeClosed(name);
    }
    enter(environment);
    this.#state = { is: 'open', environment };
  }

  async #close(state: State): Promise<void> {
    if (state.is === 'opening') await state.opening.catch(() => undefined);
    if (state.is !== 'open') return;
    await this.#parts.leave(state.environment);
    await relinquish(state.environment);
  }
}
