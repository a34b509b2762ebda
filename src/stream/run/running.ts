import { DagError, describeThrown } from '../../errors.js';
import { checkByRules, countRule } from '../../graph/option-rules.js';
import { describeOption } from '../../graph/options.js';
import { scopes } from '../../graph/scope.js';
import type { Config, Parameter } from '../parameter.js';
import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import { Calls } from './calls.js';
import { constantValues } from './constants.js';
import { Intake } from './intake.js';
import type { ItemError } from './item-error.js';
import { Outlet } from './outlet.js';
import { barSink, functionSink, ProgressTeller } from './progress.js';
import type { Recurrence } from './recurrence.js';
import type { RunOptions } from './run-options.js';
import { Runner, type Verdict } from './runner.js';
import { checkSnapshot, type PipelineSnapshot } from './snapshot.js';
import { statsOf, type PipelineStats } from './stats.js';
import { stateOf, restoreInto } from '../transform.js';
import type { Reply } from './token.js';

const IN_FLIGHT = 16;

/** What a run of a pipeline is made from. */
export interface RunningParts {
  readonly plan: Plan;
  /** One for each input; none where items come by `call()` only. */
  readonly sources: readonly unknown[] | undefined;
  readonly options: RunOptions;
}

/** An item that was given by `call()`. */
interface Called {
  readonly inputs: readonly unknown[];
  readonly reply: Reply;
}

/** A new value of a parameter. */
interface Change {
  readonly name: string;
  readonly value: unknown;
  readonly from: number;
}

/**
 * A pipeline at work. Iterating over it gives the results; the source is read as results are asked for, and at most
 * `inFlight` items are under way. Leaving the loop closes the source, the states and what runs.
 */
export class Running<Inputs extends readonly unknown[], Out> implements AsyncIterableIterator<Out, undefined> {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #outlet: Outlet<Out>;
  readonly #runner: Runner;
  readonly #intake: Intake | undefined;
  readonly #calls: Calls;
  readonly #inFlight: number;
  readonly #called: Called[] = [];
  #beginning: Promise<void> | undefined;
  #begun = false;
  #over = false;
  #pumping = false;
  #finishing = false;
  /** The sources have ended well. */
  #exhausted = false;
  #epoch = 0;
  /** Items that a run before this one had taken. */
  #before = 0;
  #changes: Change[] = [];
  readonly #parameters = new Map<string, { readonly slot: number; readonly parameter: Parameter<unknown> }>();
  readonly #values = new Map<string, unknown>();
  #progress: ProgressTeller | undefined;
  #startedAt = 0;
  #endedAt: number | undefined;
  /** Snapshots that wait until nothing is under way. */
  readonly #still: (() => void)[] = [];
  #holding = 0;
  /** An item that was read while nothing was to begin. */
  #held: Slots | undefined;
  readonly #cleanups: (() => void)[] = [];
  readonly #replies = new Set<Reply>();
  /** Consumers that wait until all calls have been answered. */
  readonly #answered: (() => void)[] = [];

  /** @internal @throws DAG_SOURCE, DAG_PARAMETER, DAG_SNAPSHOT */
  constructor({ plan, sources, options }: RunningParts) {
    this.#plan = plan;
    this.#options = options;
    this.#inFlight = options.inFlight ?? IN_FLIGHT;
    const executor = options.executor === 'inline' ? undefined : options.executor;
    this.#outlet = new Outlet<Out>(options.ordered ?? true, () => {
      this.#shutQuietly();
    });
    this.#calls = new Calls(executor);
    this.#runner = new Runner({
      plan,
      executor,
      inFlight: this.#inFlight,
      outlet: this.#outlet as Outlet<unknown>, // it is given what the plan's function returned
      calls: this.#calls,
      now: () => performance.now(),
      judge: (error) => this.#judge(error),
      ended: () => {
        this.#ended();
      },
    });
    this.#intake = sources === undefined ? undefined : new Intake(plan, sources);
    for (const { slot, given } of plan.parameters) {
      this.#parameters.set(given.name, { slot, parameter: given });
      this.#values.set(given.name, given.initial);
    }
    if (options.restore !== undefined) {
      this.#checkRestore(options.restore);
      this.#before = options.restore.items;
    }
    this.#configValues(); // says now what is wrong with them
    scopes.enter();
    this.#watch(options.signal);
  }

  /** The next result. */
  next(): Promise<IteratorResult<Out, undefined>> {
    if (!this.#begun && !this.#over) {
      const begun = this.#begin();
      if (!this.#hasBegun()) return begun.then(() => this.next());
    }
    // The run is over for those who call only when it is for its consumer.
    if (this.#outlet.ended && this.#outlet.size === 0 && this.#replies.size > 0)
      return new Promise<void>((told) => this.#answered.push(told)).then(() => this.next());
    const result = this.#outlet.take();
    // There is room for what flows have still to give.
    if (this.#plan.rates.length > 1 && !this.#over) this.#runner.resume();
    this.#pump();
    this.#progress?.count(this.#outlet.taken);
    return result;
  }

  /**
   * The next result by itself.
   *
   * @throws DAG_PIPELINE_OVER when there is none.
   */
  async pull(): Promise<Out> {
    const result = await this.next();
    if (result.done !== true) return result.value;
    throw overError(this.#plan.name, 'There is no other result');
  }

  /** Ends the run: closes the source, the states and what runs. Settles when the source is closed. */
  async return(): Promise<IteratorResult<Out, undefined>> {
    await this.#shut();
    return { done: true, value: undefined };
  }

  /** Likewise, and rejects with the error. */
  async throw(error: unknown): Promise<IteratorResult<Out, undefined>> {
    await this.#shut();
    throw error;
  }

  /** Ends the run, as leaving its loop does. Twice is as good as once. */
  async close(): Promise<void> {
    await this.#shut();
  }

  /** {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shut();
  }

  /** Itself: it can be iterated over once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Lets one item through the pipeline and gives its own result, which the loop over the run does not get. It begins when
   * there is room, after the calls before it.
   *
   * @throws ItemError when a step fails for it; DAG_PIPELINE_OVER; DAG_PIPELINE for a pipeline with sources inside, or
   *   one that does not give one result for each item.
   */
  async call(...inputs: Inputs): Promise<Out> {
    if (this.#over) throw overError(this.#plan.name, 'It takes no item');
    this.#checkCallable(inputs);
    await this.#begin();
    if (this.#isOver()) throw overError(this.#plan.name, 'It takes no item');
    return new Promise<unknown>((fulfil, reject) => {
      const reply: Reply = {
        fulfil: (value) => {
          this.#forget(reply);
          fulfil(value);
        },
        reject: (error) => {
          this.#forget(reply);
          reject(error);
        },
      };
      this.#replies.add(reply);
      this.#called.push({ inputs, reply });
      this.#pump();
    }) as Promise<Out>; // what the plan's function returned
  }

  #forget(reply: Reply): void {
    this.#replies.delete(reply);
    if (this.#replies.size === 0) for (const told of this.#answered.splice(0)) told();
  }

  #checkCallable(inputs: readonly unknown[]): void {
    const { name, sources, output, inputs: wanted } = this.#plan;
    if (sources.length > 0) {
      throw new DagError('DAG_PIPELINE', { message: `call() cannot be used with ${name}, which has a source inside.` });
    }
    if (output.rate.above !== undefined) {
      throw new DagError('DAG_PIPELINE', {
        message: `call() cannot be used with ${name}, which does not give one result for each item: behind ${output.rate.flow} there may be any number.`,
      });
    }
    if (inputs.length !== wanted) {
      throw new DagError('DAG_PIPELINE', {
        message: `call() of ${name} must be given ${wanted.toString()} values, got ${inputs.length.toString()}.`,
      });
    }
  }

  /**
   * Sets a parameter, for all items from the next on, or from `from` on.
   *
   * @returns the first item that sees the value.
   * @throws DAG_OPTION when `from` is no whole number; DAG_PARAMETER when there is none of the name, or it does not allow the value.
   */
  set(name: string, value: unknown, { from = 0 }: { readonly from?: number } = {}): number {
    const known = this.#parameters.get(name);
    if (known === undefined) {
      throw new DagError('DAG_PARAMETER', {
        message: `${this.#plan.name} has no parameter ${describeOption(name)}.`,
        remedy: `Its parameters are ${[...this.#parameters.keys()].join(', ') || 'none'}.`,
      });
    }
    known.parameter.check(value);
    checkByRules({ from }, { subject: `set() of ${this.#plan.name}`, rules: { from: countRule(0) } });
    const first = Math.max(from, this.#nextItem);
    this.#changes.push({ name, value, from: first });
    return first;
  }

  /**
   * Lets all states begin anew with the next item: transforms, feedbacks, and the sources inside of the pipeline.
   *
   * @returns the first item after it.
   */
  reset(): number {
    this.#epoch += 1;
    this.#intake?.reset();
    return this.#nextItem;
  }

  /**
   * Changes how many items a step works on at once, while it runs.
   *
   * @throws DAG_REPLICAS when there is no such step, or it cannot have so many.
   */
  scale(name: string, replicas: number): void {
    this.#runner.scale(name, replicas);
  }

  /** What was done so far, and where the time went. O(steps). */
  stats(): PipelineStats {
    const now = this.#endedAt ?? performance.now();
    const elapsed = this.#begun ? now - this.#startedAt : 0;
    return statsOf(this.#runner, { now, elapsed, ready: this.#outlet.size });
  }

  /**
   * The state between two items: waits until what is under way has ended, while nothing else begins. Results that nobody
   * has taken are part of it.
   *
   * @throws DAG_SNAPSHOT when some state cannot be saved; DAG_PIPELINE_OVER.
   */
  async snapshot(): Promise<PipelineSnapshot> {
    if (this.#over) throw overError(this.#plan.name, 'It has no state');
    await this.#begin();
    this.#holding += 1;
    this.#runner.draining = true;
    this.#runner.resume();
    try {
      while (!this.#runner.quiet && !this.#isOver()) {
        await new Promise<void>((quiet) => {
          this.#still.push(quiet);
        });
      }
      if (this.#isOver()) throw overError(this.#plan.name, 'It has no state');
      return await this.#snapshot();
    } catch (cause) {
      if (cause instanceof DagError) throw cause;
      throw new DagError('DAG_SNAPSHOT', {
        message: `The state of ${this.#plan.name} cannot be saved: ${describeThrown(cause)}.`,
        remedy: 'States, and results that nobody has taken, must be plain data.',
        cause,
      });
    } finally {
      this.#holding -= 1;
      if (this.#holding === 0) this.#goOn();
    }
  }

  #goOn(): void {
    this.#runner.draining = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#admitRead(held);
    this.#pump();
    this.#finish();
  }

  async #snapshot(): Promise<PipelineSnapshot> {
    const states: Record<string, unknown> = {};
    const epoch = this.#epoch;
    for (const stage of this.#runner.stages) {
      const { step, machine, pinned } = stage;
      if (step.recipe === undefined) continue;
      if (pinned !== undefined) states[step.name] = await pinned.save();
      else if (machine !== undefined) {
        // One that is to begin anew with the next item does so now, or the other run would not.
        stage.renew({ epoch });
        states[step.name] = stateOf(step.recipe, machine);
      }
    }
    const { pending } = this.#outlet;
    const next = this.#nextItem;
    const items = this.#itemsTaken;
    this.#applyChanges(next);
    return {
      version: 1,
      pipeline: this.#plan.name,
      items,
      pending: pending.map((value) => structuredClone(value)),
      states,
      feedbacks: this.#recurrences.map((recurrence) => structuredClone(recurrence.valueIn(epoch))),
      parameters: structuredClone(Object.fromEntries(this.#values)),
      changes: this.#changes.map(({ from, name, value }) => ({
        name,
        value: structuredClone(value),
        from: from - next + items,
      })),
      flushed: this.#outlet.ended,
    };
  }

  /** Items of the source that have begun, in this run and the one before it. */
  get #itemsTaken(): number {
    if (this.#intake === undefined) return this.#nextItem;
    const { restore, resumed } = this.#options;
    const passedOver = restore !== undefined && resumed !== true ? 0 : this.#before;
    return passedOver + this.#intake.count - (this.#held === undefined ? 0 : 1);
  }

  get #recurrences(): Recurrence[] {
    return this.#runner.lines.flatMap(({ recurrences }) => recurrences);
  }

  get #nextItem(): number {
    return this.#before + (this.#runner.lines[0]?.begun ?? 0);
  }

  #checkRestore(snapshot: PipelineSnapshot): void {
    const steps = this.#plan.steps.filter(({ recipe }) => recipe !== undefined).map(({ name }) => name);
    checkSnapshot(snapshot, { pipeline: this.#plan.name, steps });
  }

  #configValues(): Map<Config<unknown>, unknown> {
    const given = this.#options.config ?? {};
    const values = new Map<Config<unknown>, unknown>();
    for (const { given: config } of this.#plan.configs) {
      const value = Object.hasOwn(given, config.name) ? given[config.name] : config.initial;
      config.check(value);
      values.set(config, value);
    }
    for (const name of Object.keys(given)) {
      if (this.#plan.configs.some(({ given: config }) => config.name === name)) continue;
      throw new DagError('DAG_PARAMETER', {
        message: `${this.#plan.name} has no config ${describeOption(name)}.`,
        remedy: `It has ${this.#plan.configs.map(({ given: { name: known } }) => known).join(', ') || 'none'}.`,
      });
    }
    return values;
  }

  #begin(): Promise<void> {
    this.#beginning ??= this.#prepare().catch((error: unknown) => {
      if (this.#over) return;
      this.#shutQuietly();
      throw error;
    });
    return this.#beginning;
  }

  /** Makes what is the same for all items, and puts states back. */
  async #prepare(): Promise<void> {
    const { restore, progress, total, resumed } = this.#options;
    const template: Slots = new Array<unknown>(this.#plan.slots).fill(undefined);
    const configs = this.#configValues();
    for (const { slot, given } of this.#plan.configs) template[slot] = configs.get(given);
    if (this.#plan.constants.length > 0) {
      const constants = await constantValues(this.#plan, { configs, calls: this.#calls });
      for (const [slot, value] of constants) template[slot] = value;
    }
    for (const { slot, given } of this.#plan.parameters) template[slot] = given.initial;
    this.#runner.begin(template);
    if (restore !== undefined) await this.#restore(restore, resumed === true);
    if (progress !== undefined && progress !== false) {
      const sink = progress === true ? await barSink(this.#plan.name, total) : functionSink(progress);
      this.#progress = new ProgressTeller(sink, { total, now: () => performance.now() });
    }
    this.#startedAt = performance.now();
    this.#begun = true;
    for (const stage of this.#runner.stages) stage.begin(this.#startedAt);
    if (this.#over) this.#progress?.end(0);
  }

  async #restore(snapshot: PipelineSnapshot, resumed: boolean): Promise<void> {
    for (const { step, machine, pinned } of this.#runner.stages) {
      if (step.recipe === undefined) continue;
      const state = snapshot.states[step.name];
      if (pinned !== undefined) pinned.restore(state);
      else if (machine !== undefined) restoreInto(step.recipe, machine, state);
    }
    this.#recurrences.forEach((recurrence, index) => {
      recurrence.restore(structuredClone(snapshot.feedbacks[index]));
    });
    const current = Object.entries(snapshot.parameters).map(([name, value]) => ({ name, value, from: 0 }));
    // Before what was set in this run already.
    this.#changes.unshift(
      ...[...current, ...(snapshot.changes ?? [])].filter(({ name }) => this.#parameters.has(name)),
    );
    for (const value of snapshot.pending) this.#outlet.prepend(value as Out); // what the same pipeline gave
    if (snapshot.flushed === true) this.#runner.setFlushed();
    const passed = this.#runner.slots();
    for (let item = 0; !resumed && this.#intake !== undefined && item < snapshot.items; item += 1) {
      if (this.#over) return;
      if (!(await this.#intake.read(passed))) break;
    }
  }

  #watch(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = (): void => {
      const error = new DagError('DAG_ABORTED', {
        message: `The run of ${this.#plan.name} was aborted.`,
        cause: signal.reason,
      });
      this.#outlet.abort(error);
      this.#shutQuietly(error);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    this.#cleanups.push(() => {
      signal.removeEventListener('abort', abort);
    });
  }

  #judge(error: ItemError): Verdict {
    const { onError = 'stop' } = this.#options;
    if (typeof onError !== 'function') return onError;
    const verdict: unknown = onError(error, error.item) ?? 'skip';
    if (verdict === 'stop' || verdict === 'skip') return verdict;
    throw new DagError('DAG_OPTION', {
      message: `onError of ${this.#plan.name} must give 'stop', 'skip' or undefined, got ${describeOption(verdict)}.`,
      cause: error,
    });
  }

  /** Begins items for as long as some are wanted and there is room. */
  #pump(): void {
    if (this.#pumping || !this.#begun) return;
    this.#pumping = true;
    try {
      for (;;) {
        // Results of calls do not wait for the consumer, so that a consumer can wait for a call.
        const called = this.#takesItems && this.#runner.live < this.#inFlight ? this.#called.shift() : undefined;
        if (called !== undefined) {
          this.#admitCalled(called);
          continue;
        }
        if (!this.#hasRoom) return;
        const intake = this.#intake;
        if (intake === undefined || intake.reading || this.#finishing) return;
        if (this.#outlet.waiting === 0 && !this.#runner.concurrent) return;
        const slots = this.#runner.slots();
        const got = intake.read(slots);
        if (got instanceof Promise) {
          this.#awaitItem(got, slots);
          return;
        }
        this.#take(got, slots);
      }
    } catch (error) {
      this.#sourceFailed(error);
    } finally {
      this.#pumping = false;
    }
  }

  /** Whether items may begin at all. */
  get #takesItems(): boolean {
    return !this.#over && !this.#runner.stopping && this.#holding === 0;
  }

  get #hasRoom(): boolean {
    return this.#takesItems && this.#runner.live + this.#outlet.size < this.#inFlight;
  }

  #awaitItem(got: Promise<boolean>, slots: Slots): void {
    got.then(
      (there) => {
        if (this.#over) return;
        if (!there) this.#take(false, slots);
        else if (this.#holding > 0) this.#held = slots;
        else this.#admitRead(slots);
        this.#pump();
      },
      (error: unknown) => {
        this.#sourceFailed(error);
      },
    );
  }

  #take(there: boolean, slots: Slots): void {
    if (there) {
      this.#admit(slots, undefined);
      return;
    }
    this.#finishing = true;
    if (this.#intake?.paired !== true) {
      this.#exhausted = true;
      this.#finish();
      return;
    }
    this.#intake.checkEnds().then(
      () => {
        this.#exhausted = true;
        this.#finish();
      },
      (error: unknown) => {
        this.#sourceFailed(error);
      },
    );
  }

  /** The sources are at their end: when the calls that wait have begun, what is left in flows comes out. */
  #finish(): void {
    if (!this.#exhausted || this.#over || this.#holding > 0) return;
    if (this.#called.length > 0 && !this.#runner.stopping) return;
    this.#exhausted = false;
    this.#runner.finish();
    this.#seeEnd();
  }

  /** After an error nothing is kept open for a snapshot; otherwise the run ends when its consumer sees the end. */
  #seeEnd(): void {
    if (!this.#outlet.ended) return;
    this.#stopClock();
    if (this.#runner.stopping) this.#shutQuietly();
  }

  #stopClock(): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = performance.now();
    for (const stage of this.#runner.stages) stage.end(this.#endedAt);
  }

  /** Begins an item that was read some time ago: parameters may have been set since. */
  #admitRead(slots: Slots): void {
    const now = this.#runner.slots();
    for (const { slot } of this.#plan.parameters) slots[slot] = now[slot];
    this.#admit(slots, undefined);
  }

  #admitCalled({ inputs, reply }: Called): void {
    const slots = this.#runner.slots();
    inputs.forEach((value, position) => {
      const slot = this.#plan.inputSlots[position] ?? -1;
      if (slot !== -1) slots[slot] = value;
    });
    this.#admit(slots, reply);
  }

  #admit(slots: Slots, reply: Reply | undefined): void {
    const item = this.#nextItem;
    if (this.#changes.length > 0) for (const { slot, value } of this.#applyChanges(item)) slots[slot] = value;
    this.#runner.admit(slots, { item, epoch: this.#epoch, reply });
  }

  /** Lets values of parameters take effect whose turn has come. */
  #applyChanges(item: number): readonly { readonly slot: number; readonly value: unknown }[] {
    const due = this.#changes.filter(({ from }) => from <= item);
    if (due.length > 0) this.#changes = this.#changes.filter(({ from }) => from > item);
    return due.map(({ name, value }) => {
      const slot = this.#parameters.get(name)?.slot ?? -1;
      this.#runner.change(slot, value);
      this.#values.set(name, value);
      return { slot, value };
    });
  }

  /** What came before is delivered, then the error. */
  #sourceFailed(error: unknown): void {
    if (this.#over) return;
    this.#finishing = true;
    this.#runner.failLate(error);
    this.#runner.finish();
    this.#seeEnd();
  }

  /** Asked again behind what may have ended the run. */
  #isOver(): boolean {
    return this.#over;
  }

  #hasBegun(): boolean {
    return this.#begun;
  }

  /** Something has come to its end. */
  #ended(): void {
    if (this.#runner.stopping && !this.#finishing) {
      this.#finishing = true;
      this.#runner.finish();
    }
    if (this.#still.length > 0 && this.#runner.quiet) for (const quiet of this.#still.splice(0)) quiet();
    if (this.#outlet.ended) this.#seeEnd();
    else {
      this.#pump();
      this.#finish();
    }
  }

  /** Like {@link #shut}, where nobody waits for it: what a source throws when it is let go is told to those who close. */
  #shutQuietly(reason?: Error): void {
    this.#shut(reason).catch(() => undefined);
  }

  /** Ends everything, once. Settles when the sources are closed. */
  async #shut(reason?: Error): Promise<void> {
    if (this.#over) {
      await this.#closing;
      return;
    }
    this.#over = true;
    this.#stopClock();
    scopes.leave();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    const error = reason ?? overError(this.#plan.name, 'It was closed');
    this.#runner.close(error);
    for (const reply of [...this.#replies]) reply.reject(error);
    this.#called.length = 0;
    if (!this.#outlet.ended) this.#outlet.close();
    this.#progress?.end(this.#outlet.taken);
    for (const quiet of this.#still.splice(0)) quiet();
    this.#closing = this.#intake?.close() ?? Promise.resolve();
    await this.#closing;
  }

  #closing: Promise<void> = Promise.resolve();
}

function overError(name: string, what: string): DagError {
  return new DagError('DAG_PIPELINE_OVER', { message: `The run of ${name} is over. ${what}.` });
}
