import { DagError, describeThrown } from '../../errors.js';
import { aborted } from './aborted.js';
import type { Assembly } from './assembly.js';
import { endLayout } from './ending.js';
import { LoopEnds } from './loop-ends.js';
import { Patience, type StopOptions } from './patience.js';

/** Why a layout ends, if something is wrong. */
export interface Failed {
  readonly error: unknown;
}

/** The end of a layout: it begins once, whatever it begins by, and `done` tells how it went. */
export class LayoutEnd {
  readonly #name: string;
  readonly #assembly: Assembly;
  readonly #loops: LoopEnds;
  readonly #signal: AbortSignal | undefined;
  readonly #alive: NodeJS.Timeout;
  readonly #done: Promise<void>;
  #settle!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  /** Somebody has asked how it went. */
  #watched = false;
  #failed: Failed | undefined;
  #ending: Promise<void> | undefined;
  #patience: Patience | undefined;
  #overAt: number | undefined;
  #listeners: (() => void)[] = [];
  /** What is being added, which the end waits for; bodies add several at once. */
  readonly #additions = new Set<Promise<unknown>>();

  constructor(parts: { readonly name: string; readonly assembly: Assembly; readonly signal: AbortSignal | undefined }) {
    ({ name: this.#name, assembly: this.#assembly, signal: this.#signal } = parts);
    this.#loops = new LoopEnds(this.#assembly);
    // Components on the thread of the caller keep no process alive by themselves.
    this.#alive = setInterval(() => undefined, 2 ** 31 - 1);
    this.#done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#done.catch((error: unknown) => {
      if (!this.#watched) process.emitWarning(`The layout ${this.#name} has failed: ${describeThrown(error)}`);
    });
  }

  /** Settles when all of it is over; rejects with what failed. */
  get done(): Promise<void> {
    this.#watched = true;
    return this.#done;
  }

  /** When all components had ended, in ms since the time origin; undefined before. */
  get overAt(): number | undefined {
    return this.#overAt;
  }

  /** @throws DAG_LAYOUT_OVER once it has begun */
  checkGoesOn(): void {
    if (this.#ending === undefined) return;
    throw new DagError('DAG_LAYOUT_OVER', { message: `The layout ${this.#name} has ended, or is about to.` });
  }

  /** Begins it, or hurries it as `options` say. The promise is that of the end, and never rejects. */
  begin(options: StopOptions, failed?: Failed): Promise<void> {
    this.#failed ??= failed;
    if (this.#ending === undefined) {
      this.#patience = new Patience(options);
      this.#ending = this.#run(this.#patience);
    } else this.#patience?.hurry(options);
    return this.#ending;
  }

  /** Begins it and waits. @throws what `done` rejects with, if nobody has asked for that */
  async stop(options: StopOptions): Promise<void> {
    const watched = this.#watched;
    this.#watched = true;
    await this.begin(options);
    try {
      await this.#done;
    } catch (error) {
      if (!watched) throw error;
    }
  }

  /** Ends it as it could not start. @returns why: what has failed first */
  async failToStart(error: unknown): Promise<unknown> {
    this.#watched = true;
    await this.begin({ drain: false }, { error });
    return this.#failed === undefined ? error : this.#failed.error;
  }

  /** Begins when the signal is aborted. */
  listen(): void {
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    if (this.#signal?.aborted === true) this.#abort();
  }

  /** Begins where all components have ended, and tells who waits for that; ends loops that have come to rest. */
  beginIfOver(): void {
    const members = [...this.#assembly.members.values()];
    const draining = this.#ending !== undefined;
    // Who has lost an input does not keep a layout from its end, but what it has emitted before is to go out.
    if (members.some(({ ended, begun, fires }) => !ended && (draining ? fires : begun))) {
      this.#loops.look();
      return;
    }
    const some = members.some(({ begun }) => begun);
    if (some) this.#overAt ??= performance.now();
    for (const tell of this.#listeners.splice(0)) tell();
    if (!draining && some) void this.begin({});
  }

  /** Connections have changed. */
  rewired(): void {
    this.#loops.look();
  }

  /** Waits for what is being added, which the end waits for, too. */
  async adding(added: Promise<unknown>): Promise<void> {
    this.#additions.add(added);
    try {
      await added;
    } finally {
      this.#additions.delete(added);
    }
  }

  readonly #abort = (): void => {
    // What has drained already is over, and was not aborted.
    if (this.#signal === undefined || this.#patience?.draining === false) return;
    void this.begin({ drain: false }, { error: aborted(this.#signal) });
  };

  #allEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
      this.beginIfOver();
    });
  }

  async #run(patience: Patience): Promise<void> {
    let failures: readonly unknown[];
    this.#assembly.close();
    if (this.#additions.size > 0) await patience.stopped(Promise.allSettled(this.#additions));
    try {
      failures = await endLayout({ assembly: this.#assembly, patience, allEnded: () => this.#allEnded() });
    } catch (error) {
      failures = [error];
    }
    this.#loops.close();
    this.#signal?.removeEventListener('abort', this.#abort);
    clearInterval(this.#alive);
    const [error] = [...(this.#failed === undefined ? [] : [this.#failed.error]), ...failures];
    if (this.#failed === undefined && failures.length === 0) this.#settle.resolve();
    else this.#settle.reject(error);
  }
}
