import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { WorkerPoolOptions } from '../../executor/pool/pool-options.js';
import { WorkerPool } from '../../executor/pool/worker-pool.js';
import { currentScope } from '../../graph/scope.js';
import { resolve } from '../../resolve/resolve.js';
import { Bell } from '../channel/bell.js';
import { CallNumbers } from '../context/call-numbers.js';
import { ContextHost, type ContextParts } from '../context/host.js';
import type { FiringWaits } from '../context/firing-waits.js';
import type { ContextCalls } from '../context/messages.js';
import { outsideChanges } from './within-change.js';
import { askContext, runContext, type Answer } from '../context/nodes.js';

/** How a layout talks to one of its contexts. */
export interface ContextLink {
  readonly bell: SharedArrayBuffer;
  /** Settles when the context has ended; rejects when its thread has died. */
  readonly over: Promise<unknown>;
  call<Name extends keyof ContextCalls>(
    name: Name,
    ...args: Parameters<ContextCalls[Name]>
  ): Promise<Awaited<ReturnType<ContextCalls[Name]>>>;
  /** Who waits there for the end of a firing, where this is asked for within a body of the context; undefined elsewhere. */
  readonly waits: FiringWaits | undefined;
  /** Ends the thread, if it has one, whatever it does. */
  terminate(): Promise<void>;
}

/** The context whose firings something belongs to, also in calls that their bodies make, which have scopes of their own. */
const firingIn = new AsyncLocalStorage<InlineLink>();

/** A context on the thread of the caller. */
export class InlineLink implements ContextLink {
  readonly bell = Bell.allocate();
  readonly over: Promise<void>;
  readonly #host: ContextHost;
  readonly #numbers = new CallNumbers();

  constructor(name: string) {
    const { bell } = this;
    this.#host = new ContextHost({ name, bell, calls: this.#numbers.memory, inline: true });
    this.over = outsideChanges(() =>
      firingIn.run(this, () => currentScope.run(undefined, () => this.#host.run(undefined))),
    );
  }

  call<Name extends keyof ContextCalls>(
    name: Name,
    ...args: Parameters<ContextCalls[Name]>
  ): Promise<Awaited<ReturnType<ContextCalls[Name]>>> {
    const number = this.#numbers.next();
    const answer = this.#host.take({ number, name, args });
    this.#numbers.answered(number); // it has come
    return answer as Promise<Awaited<ReturnType<ContextCalls[Name]>>>; // as the host has it
  }

  get waits(): FiringWaits | undefined {
    const isBody = firingIn.getStore() === this || this.#host.isScope(currentScope.getStore());
    return isBody ? this.#host.waits : undefined;
  }

  async terminate(): Promise<void> {
    await this.call('close').catch(() => undefined);
  }
}

/** A context on a thread of its own. */
export class ThreadLink implements ContextLink {
  readonly bell = Bell.allocate();
  readonly over: Promise<unknown>;
  /** Bodies on other threads have no layout to ask. */
  readonly waits = undefined;
  readonly #id = randomUUID();
  readonly #numbers = new CallNumbers();
  readonly #pool: WorkerPool;

  constructor(name: string, options: WorkerPoolOptions) {
    this.#pool = new WorkerPool({ ...options, threads: 1, placement: 'pool', idleTimeout: Infinity });
    const parts: ContextParts = { name, bell: this.bell, calls: this.#numbers.memory, inline: false };
    this.over = this.#run(runContext(this.#id, parts));
    this.over.catch(() => undefined); // whoever waits for it is told
  }

  async call<Name extends keyof ContextCalls>(
    name: Name,
    ...args: Parameters<ContextCalls[Name]>
  ): Promise<Awaited<ReturnType<ContextCalls[Name]>>> {
    const number = this.#numbers.next();
    let answer: Answer;
    try {
      const asked = this.#run(askContext(this.#id, { number, name, args }));
      new Bell(this.bell).ring();
      answer = (await asked) as Answer; // what the node gives
    } catch (error) {
      // It may never have come there, and the context waits for it.
      this.#numbers.forget(number);
      new Bell(this.bell).ring();
      throw error;
    }
    this.#numbers.answered(number);
    if (answer.thrown !== undefined) throw answer.thrown.value;
    return answer.value as Awaited<ReturnType<ContextCalls[Name]>>; // as the host has it
  }

  async terminate(): Promise<void> {
    await this.#pool.close();
  }

  #run(target: unknown): Promise<unknown> {
    // Outside of whatever body is current: it is none of its own.
    return currentScope.run(undefined, () => resolve(target, { executor: this.#pool }));
  }
}
