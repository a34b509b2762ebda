import { isThenable } from '../../executor/thenable.js';
import { DagError } from '../../errors.js';
import type { Scope } from '../../graph/scope.js';
import { done, Provisional, skip } from '../component/emission.js';
import type { Counters } from './counters.js';
import type { Inputs } from './inputs.js';
import type { Body, Instance } from './instance.js';
import type { Outbox } from './outbox.js';

/** What a firing works with. */
export interface FiringParts {
  readonly scope: Scope;
  readonly counters: Counters;
  readonly instance: Instance;
  readonly inputs: Inputs;
  readonly outbox: Outbox;
}

/** Who is told how a firing went. */
export interface FiringListener {
  /** It is over, and all that it emitted is out. */
  closed(): void;
  /** It has failed: its values were let go of. */
  failed(error: unknown): void;
  /** What took its time is over, after one of the others perhaps. */
  settled(): void;
}

/**
 * How far it has come:
 * - `none`: it has not begun.
 * - `open`: values were taken; the body runs, or what it has emitted waits for room.
 * - `awaited`: the body takes its time.
 * - `delayed`: something takes its time before it can begin: codecs are loaded, or the component is made anew.
 */
type Phase = 'none' | 'open' | 'awaited' | 'delayed';

/** Whether it is the last: the body has said `done`, or was asked for what is left when nothing comes any more. */
type Last = 'no' | 'done' | 'concluding';

/** The firing of a component: from taking values to the last that it emits; one after the other. */
export class Firing {
  readonly #scope: Scope;
  readonly #counters: Counters;
  readonly #instance: Instance;
  readonly #inputs: Inputs;
  readonly #outbox: Outbox;
  readonly #listener: FiringListener;
  readonly #args: unknown[] = [];
  #phase: Phase = 'none';
  #last: Last = 'no';
  #startedAt = 0;

  constructor({ scope, counters, instance, inputs, outbox }: FiringParts, listener: FiringListener) {
    this.#scope = scope;
    this.#counters = counters;
    this.#instance = instance;
    this.#inputs = inputs;
    this.#outbox = outbox;
    this.#listener = listener;
  }

  /** Something takes its time, and may need the event loop. */
  get pending(): boolean {
    return this.#phase === 'awaited' || this.#phase === 'delayed';
  }

  /** Whether no other one follows. */
  get isLast(): boolean {
    return this.#last !== 'no';
  }

  /** Takes what has come and fires, where that is possible. @returns whether it has done something */
  next(): boolean {
    try {
      return this.#inputs.take() ? this.#compute() : this.#load();
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  /** Asks, once, for what is left when nothing comes any more. @returns whether there was anything to ask */
  conclude(): boolean {
    const end = this.#last === 'concluding' ? undefined : this.#instance.end;
    if (end === undefined) return false;
    this.#last = 'concluding';
    try {
      this.#run(end, []);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  /** Emits what there is room for now. @returns whether it has done something */
  flush(): boolean {
    let some: boolean;
    try {
      some = this.#outbox.flush();
    } catch (error) {
      this.#fail(error);
      return true;
    }
    if (this.#outbox.empty) this.#close();
    return some;
  }

  /** Waits with the next one for something that does not reject. */
  async delay(act: () => Promise<void>): Promise<void> {
    this.#phase = 'delayed';
    await act();
    this.#phase = 'none';
    this.#listener.settled();
  }

  /** Waits, like for a body, for codecs of what was taken. @returns whether there is anything to wait for */
  #load(): boolean {
    const { loading } = this.#inputs;
    if (loading === undefined) return false;
    void this.delay(() => loading);
    return true;
  }

  #compute(): boolean {
    const { output } = this.#outbox;
    const args = this.#args;
    args.length = 0;
    this.#inputs.appendTo(args);
    if (output?.isRecord === true) {
      const out = output.claim();
      if (out === undefined) return false;
      args.push(out);
    }
    this.#run(this.#instance.compute, args);
    return true;
  }

  #run(body: Body, args: unknown[]): void {
    this.#phase = 'open';
    this.#startedAt = performance.now();
    const result = body.apply(this.#instance.component, args);
    if (!isThenable(result)) {
      this.#settle(result);
      return;
    }
    this.#phase = 'awaited';
    Promise.resolve(result).then(
      (value) => {
        this.#phase = 'open';
        try {
          this.#settle(value);
        } catch (error) {
          this.#fail(error);
        }
        this.#listener.settled();
      },
      (error: unknown) => {
        this.#fail(error);
        this.#listener.settled();
      },
    );
  }

  #settle(given: unknown): void {
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    const result = this.#resultOf(given);
    if (result === undefined) this.#checkOutlet();
    if (result === skip || result === done) {
      this.#outbox.output?.writer.cancel();
      if (result === done && this.#last === 'no') this.#last = 'done';
    } else {
      this.#outbox.put(result);
      if (!this.#outbox.empty) {
        this.flush();
        return;
      }
    }
    this.#close();
  }

  /**
   * A body that returns nothing has filled the record it was given behind its inputs; one that takes no more than its inputs
   * cannot have.
   *
   * @throws DAG_LAYOUT
   */
  #checkOutlet(): void {
    const { arity, variadic } = this.#instance.shape;
    const inputs = this.#args.length - 1;
    if (arity > inputs || arity === 0 || variadic) return;
    const { kind, component } = this.#instance;
    if (kind !== 'router' || this.#outbox.output?.isRecord !== true) return;
    throw new DagError('DAG_LAYOUT', {
      message: `${component.name} takes ${inputs.toString()} inputs and no record to fill, and returned nothing.`,
      remedy:
        'Return what it emits, or connect one parent less: the last parameter of `compute` is the record to fill.',
    });
  }

  #resultOf(given: unknown): unknown {
    if (given instanceof Provisional) return this.#inputs.hasNewer ? skip : given.give();
    // At the end there was no outlet that it could have filled.
    return given === undefined && this.#last === 'concluding' ? skip : given;
  }

  #close(): void {
    if (this.#phase === 'none') return;
    this.#phase = 'none';
    if (this.#last !== 'concluding') this.#counters.fired(performance.now() - this.#startedAt);
    this.#inputs.release();
    this.#listener.closed();
  }

  #fail(error: unknown): void {
    this.#phase = 'none';
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    this.#outbox.drop();
    this.#inputs.release();
    this.#listener.failed(error);
  }
}
