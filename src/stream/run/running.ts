import { DagError } from '../../errors.js';
import type { Parameter } from '../parameter.js';
import type { Plan } from '../plan/plan.js';
import { Beginning } from './beginning.js';
import { Callers, checkCallable } from './callers.js';
import { Calls } from './calls.js';
import { configValues } from './configs.js';
import { Ending } from './ending.js';
import { Entry } from './entry.js';
import { Intake } from './intake.js';
import { Lifetime } from './lifetime.js';
import { Outlet } from './outlet.js';
import { Parameters } from './parameters.js';
import { Pump } from './pump.js';
import type { RunOptions } from './run-options.js';
import { Runner } from './runner.js';
import { saveRun, type SavedParts } from './saved-run.js';
import { checkSnapshot, type PipelineSnapshot } from './snapshot.js';
import { Standstill } from './standstill.js';
import { statsOf, type PipelineStats } from './stats.js';
import { verdictOn } from './verdict.js';

const IN_FLIGHT = 16;

/** What a run of a pipeline is made from. */
export interface RunningParts {
  readonly plan: Plan;
  /** One for each input; none where items come by `call()` only. */
  readonly sources: readonly unknown[] | undefined;
  readonly options: RunOptions;
}

/** Options of {@link Running.set}. */
export interface SetOptions {
  /** The first item that sees the value. Default: the next. */
  readonly from?: number;
}

/**
 * A pipeline at work. Iterating over it gives the results; the source is read as results are asked for, and at most
 * `inFlight` items are under way. Leaving the loop closes the source, the states and what runs.
 */
export class Running<Inputs extends readonly unknown[], Out> implements AsyncIterableIterator<Out, undefined> {
  readonly #plan: Plan;
  /** Items of the run before this one that are not read again. */
  readonly #resumedAt: number;
  readonly #outlet: Outlet<Out>;
  readonly #runner: Runner;
  readonly #intake: Intake | undefined;
  readonly #parameters: Parameters;
  readonly #entry: Entry;
  readonly #callers = new Callers();
  readonly #life: Lifetime;
  readonly #standstill: Standstill;
  readonly #saved: SavedParts;
  readonly #beginning: Beginning;
  readonly #ending: Ending;
  readonly #pump: Pump;
  readonly #calls: Calls;
  /** Under way to its end by {@link drain}. */
  #drained: Promise<void> | undefined;

  /** @internal @throws DAG_SOURCE, DAG_PARAMETER, DAG_SNAPSHOT */
  constructor({ plan, sources, options }: RunningParts) {
    this.#plan = plan;
    const { name: pipeline } = plan;
    const { restore, resumed, inFlight = IN_FLIGHT, onError } = options;
    const executor = options.executor === 'inline' ? undefined : options.executor;
    this.#outlet = new Outlet<Out>(options.ordered ?? true, () => {
      this.#ending.shutQuietly();
    });
    const outlet = this.#outlet as Outlet<unknown>; // it is given what the plan's function returned
    const calls = new Calls(executor);
    this.#calls = calls;
    const runner = new Runner({
      plan,
      executor,
      inFlight,
      outlet,
      calls,
      now: () => performance.now(),
      judge: (error) => verdictOn(error, { onError, pipeline }),
      ended: () => {
        this.#ended();
      },
    });
    this.#runner = runner;
    const intake = sources === undefined ? undefined : new Intake(plan, sources);
    this.#intake = intake;
    const parameters = new Parameters(plan);
    this.#parameters = parameters;
    if (restore !== undefined) {
      const steps = plan.steps.filter(({ recipe }) => recipe !== undefined).map(({ name }) => name);
      checkSnapshot(restore, { pipeline, steps });
    }
    configValues(plan, options.config); // says now what is wrong with them
    const before = restore?.items ?? 0;
    this.#resumedAt = resumed === true ? before : 0;
    const entry = new Entry({ plan, runner, parameters, before });
    const life = new Lifetime(pipeline, runner.stages);
    const callers = this.#callers;
    const standstill = new Standstill(runner, life);
    const ending = new Ending({ pipeline, life, runner, outlet, intake, callers, standstill });
    this.#entry = entry;
    this.#life = life;
    this.#standstill = standstill;
    this.#ending = ending;
    this.#pump = new Pump({ intake, callers, entry, runner, outlet, standstill, life, ending, inFlight });
    this.#saved = { pipeline, runner, outlet, parameters };
    this.#beginning = new Beginning({ ...this.#saved, plan, options, calls, intake, life, ending });
    ending.open(options.signal);
  }

  /** The next result. @throws DAG_SOURCE in a run without a source; what ends the run. */
  next(): Promise<IteratorResult<Out, undefined>> {
    if (!this.#life.begun && !this.#life.over) {
      const begun = this.#beginning.begin();
      if (!this.#beginning.done) return begun.then(() => this.next());
    }
    if (this.#intake === undefined && !this.#outlet.ended && this.#outlet.size === 0)
      return Promise.reject(this.#nothingToRead());
    // The run is over for those who call only when it is for its consumer.
    if (this.#outlet.ended && this.#outlet.size === 0 && this.#callers.waiting)
      return this.#callers.answered().then(() => this.next());
    const result = this.#outlet.take();
    // There is room for what flows have still to give.
    if (this.#plan.rates.length > 1 && !this.#life.over) this.#pump.resume();
    this.#pump.pump();
    this.#ending.progress?.count(this.#outlet.taken);
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
    throw this.#life.error('There is no other result');
  }

  /** Ends the run: closes the source, the states and what runs. Settles when the source is closed. */
  async return(): Promise<IteratorResult<Out, undefined>> {
    await this.#ending.shut();
    return { done: true, value: undefined };
  }

  /** Likewise, and rejects with the error. */
  async throw(error: unknown): Promise<IteratorResult<Out, undefined>> {
    await this.#ending.shut();
    throw error;
  }

  /** Ends the run, as leaving its loop does. Twice is as good as once. */
  async close(): Promise<void> {
    await this.#ending.shut();
  }

  /**
   * Ends the run when everything under way has come to its end, calls that wait included, as at the end of its sources;
   * no other items are taken. Results can be taken meanwhile, and afterwards. Settles when the run is closed.
   *
   * @throws DAG_CYCLE in a body of the run; what a source throws when it is closed.
   */
  async drain(): Promise<void> {
    this.#checkOutside('drain()');
    this.#drained ??= this.#drain();
    await this.#drained;
  }

  async #drain(): Promise<void> {
    if (this.#beginning.begins) {
      // What is wrong with its beginning is told to those who asked for something.
      await this.#beginning.begin().catch(() => undefined);
      if (!this.#life.over) this.#pump.drain();
      await this.#ending.ended();
      if (this.#callers.waiting && !this.#life.over) await this.#callers.answered();
    }
    await this.#ending.shut();
  }

  /** {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ending.shut();
  }

  /** Itself: it can be iterated over once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Lets one item through the pipeline and gives its own result, which the loop over the run does not get. It begins when
   * there is room, after the calls before it.
   *
   * @throws ItemError when a step fails for it; DAG_CYCLE in a body of the run; DAG_PIPELINE_OVER; DAG_PIPELINE for a pipeline with sources inside, or
   *   one that does not give one result for each item.
   */
  async call(...inputs: Inputs): Promise<Out> {
    this.#life.check('It takes no item');
    if (this.#drained !== undefined) throw this.#life.error('It takes no item', 'about to end');
    this.#checkOutside('call()');
    checkCallable(this.#plan, inputs);
    await this.#beginning.begin();
    this.#life.check('It takes no item');
    const result = this.#callers.add(inputs);
    this.#pump.pump();
    return result as Promise<Out>; // what the plan's function returned
  }

  /**
   * Sets a parameter, by its name or itself, for all items from the next on, or from `from` on.
   *
   * @returns the first item that sees the value.
   * @throws DAG_OPTION when `from` is no whole number; DAG_PARAMETER when there is none of the name, or it does not allow the value.
   */
  set(name: string, value: unknown, options?: SetOptions): number;
  set<T>(parameter: Parameter<T>, value: NoInfer<T>, options?: SetOptions): number;
  set(which: string | { readonly name: string }, value: unknown, { from = 0 }: SetOptions = {}): number {
    const name = this.#parameters.check(which, value, from);
    const first = Math.max(from, this.#entry.next);
    this.#parameters.set(name, value, first);
    return first;
  }

  /**
   * Lets all states begin anew with the next item: transforms, feedbacks, and the sources inside of the pipeline.
   *
   * @returns the first item after it.
   */
  reset(): number {
    this.#entry.epoch += 1;
    this.#intake?.reset();
    return this.#entry.next;
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
    const { now, elapsed } = this.#life;
    return statsOf(this.#runner, { now, elapsed, ready: this.#outlet.size });
  }

  /**
   * The state between two items: waits until what is under way has ended, while nothing else begins. Results that nobody
   * has taken are part of it.
   *
   * @throws DAG_SNAPSHOT when some state cannot be saved; DAG_CYCLE in a body of the run; DAG_PIPELINE_OVER.
   */
  async snapshot(): Promise<PipelineSnapshot> {
    const why = 'It has no state';
    this.#life.check(why);
    this.#checkOutside('snapshot()');
    await this.#beginning.begin();
    const save = (): Promise<PipelineSnapshot> =>
      saveRun(this.#saved, { entry: this.#entry, items: () => this.#itemsTaken });
    const goOn = (): void => {
      this.#pump.goOn();
    };
    return this.#standstill.during(save, { why, goOn });
  }

  /** Items of the source that have begun, in this run and the one before it. */
  get #itemsTaken(): number {
    const { begun } = this.#pump;
    return begun === undefined ? this.#entry.next : this.#resumedAt + begun;
  }

  /** @throws DAG_CYCLE in a body of the run. */
  #checkOutside(what: string): void {
    if (!this.#calls.isAsking) return;
    throw new DagError('DAG_CYCLE', {
      message: `${this.#plan.name} waits for itself: a body of its run uses ${what} of the same run.`,
      remedy: 'Call the nodes themselves in the body, or use another run there.',
    });
  }

  #nothingToRead(): DagError {
    return new DagError('DAG_SOURCE', {
      message: `The run of ${this.#plan.name} has no source, and so no results of its own: items come by call(), and their results go to the callers.`,
      remedy: 'Give run() a source.',
    });
  }

  /** Something has come to its end. */
  #ended(): void {
    this.#pump.seeFailure();
    this.#standstill.see();
    if (this.#outlet.ended) this.#ending.see();
    else this.#pump.see();
  }
}
