import { DagError } from '../errors.js';
import { DONE, type Future, KEPT, PERSISTED, STATE_BITS, TARGETED } from '../graph/future.js';
import type { Graph } from '../graph/graph.js';
import type { ResolveOptions } from '../graph/run-options.js';
import { scopes, type Scope } from '../graph/scope.js';
import { blocks } from '../memory/blocks.js';
import { bytesOf } from '../memory/buffers.js';
import { verboseListener } from '../graph/verbose.js';
import { Activation } from './activation.js';
import { asyncFailure, Bodies } from './bodies.js';
import { Completion } from './completion.js';
import { findCycle } from './cycle.js';
import { callFailure, cycleFailure } from './failure.js';
import { Limiter } from './limiter.js';
import { Observer } from './observer.js';
import { Run, type Outcome, type RunSink } from './run.js';
import { TaskTable, dropValue } from './task-table.js';
import { Turn } from './turn.js';

/** How many bodies may run between two looks at the clock, as long as they are short. */
const STRIDE = 16;
/** After a stride that took longer than this many milliseconds, the clock is looked at after every body. */
const SLOW_STRIDE = 1;
/** Milliseconds between two calls of `progress`. */
const TELL_EVERY = 100;
/** Milliseconds after which calls are searched for a cycle while others still run. */
const SUSPECT_AFTER = 20;

/** How a run is begun, besides its options. */
export interface RunRequest {
  readonly targets: readonly Future[];
  readonly options: ResolveOptions;
  readonly sink: RunSink;
  /** Keep the targets' values. Default true. */
  readonly keeps?: boolean;
  /** Nothing may be awaited. Default false. */
  readonly sync?: boolean;
}

/**
 * Ties graph, schedule, executor and memory together: begins and ends runs, and turns the loop that starts what the
 * scheduler says. All runs of a thread share one resolver, so that overlapping runs share calls.
 */
export class Resolver {
  readonly #now: () => number;
  readonly #table = new TaskTable(blocks);
  readonly #activation = new Activation(this.#table);
  readonly #completion = new Completion(this.#table, this.#activation, {
    targetEnded: (run, future, outcome) => {
      this.#targetEnded(run, future, outcome);
    },
    failRun: (run, error) => {
      this.#failRun(run, error);
    },
    suspect: (task) => {
      this.#suspect(task);
    },
    stopBody: (task, future, reason) => {
      this.#stopBody(task, future, reason);
    },
  });
  readonly #bodies: Bodies;
  readonly #turn: Turn;
  /** Runs whose promise is not settled. */
  readonly #live = new Set<Run>();
  /** Tasks that wait for calls that were active before them. */
  readonly #suspects = new Set<number>();
  #suspectTimer: NodeJS.Timeout | undefined;
  #turning = false;
  #scheduled = false;
  #stride = 1;

  constructor(now: () => number) {
    this.#now = now;
    this.#bodies = new Bodies(this.#table, this.#completion, {
      now,
      wake: (run) => {
        this.#wake(run);
      },
    });
    this.#turn = new Turn(now, () => {
      this.#loop();
    });
  }

  /** Begins a run; its sink is told how it ends. Bodies start after the current synchronous code, unless `sync`. */
  begin(request: RunRequest): Run {
    const run = this.#newRun(request);
    this.#live.add(run);
    scopes.enter();
    run.observer?.runStarted(run.targets.length);
    if (this.#watch(run)) this.#activate(run);
    return run;
  }

  #newRun({ targets, options: given, sink, keeps, sync }: RunRequest): Run {
    const scope = scopes.current();
    // An inner run of a body that was aborted has no caller to give its slot back.
    const caller = scope?.parent !== undefined && !scope.aborted ? scope : undefined;
    if (caller !== undefined) caller.kept = true;
    const outer = caller?.run instanceof Run ? caller.run : undefined;
    const options = outer === undefined ? given : inherit(outer.options, given);
    const observed = new Set<Graph>();
    for (const { _graph: graph } of targets) if (graph?._observed === true) observed.add(graph);
    const listeners = options.onEvent === undefined ? [] : [options.onEvent];
    if (options.verbose !== undefined && options.verbose !== false) {
      listeners.push(verboseListener(options.verbose === true ? console : options.verbose));
    }
    const run = new Run({
      queue: this.#table.scheduler.openQueue(),
      targets,
      options,
      executor: options.executor === undefined || options.executor === 'inline' ? this.#bodies.inline : options.executor,
      limiter: given.concurrency === undefined && outer !== undefined ? outer.limiter : new Limiter(options.concurrency ?? Infinity),
      observer: listeners.length === 0 && observed.size === 0 ? undefined : new Observer(listeners, observed, this.#now),
      caller,
      sink,
      startedAt: this.#now(),
      now: this.#now,
      wake: (waking) => {
        this.#wake(waking);
      },
      ...(keeps === undefined ? {} : { keeps }),
      ...(sync === undefined ? {} : { sync }),
    });
    this.#table.enterRun(run);
    if (options.debug === true) this.#poison(run);
    return run;
  }

  /** Poisons released memory while a `debug` run lives. */
  #poison(run: Run): void {
    blocks.poison = true;
    run.onEnd(() => {
      blocks.poison = [...this.#live].some(({ options }) => options.debug === true);
    });
  }

  /** Watches signal and timeout; gives false when the run is over before it began. */
  #watch(run: Run): boolean {
    const { signal, timeout } = run.options;
    if (signal?.aborted === true) {
      this.#failRun(run, abortedError(signal.reason));
      return false;
    }
    if (signal !== undefined) {
      const abort = (): void => {
        this.#failRun(run, abortedError(signal.reason));
      };
      signal.addEventListener('abort', abort, { once: true });
      run.onEnd(() => {
        signal.removeEventListener('abort', abort);
      });
    }
    if (timeout !== undefined && timeout < 2 ** 31) {
      const timer = setTimeout(() => {
        this.#failRun(run, runTimeoutError(timeout));
      }, timeout);
      run.onEnd(() => {
        clearTimeout(timer);
      });
    }
    return true;
  }

  #activate(run: Run): void {
    const { scheduler, waiters } = this.#table;
    try {
      for (const target of run.targets) {
        target._flags |= TARGETED;
        const task = this.#activation.activate(run, target);
        scheduler.hold(task);
        run.held.add(target);
        const waiting = waiters.get(task);
        if (waiting === undefined) waiters.set(task, [run]);
        else waiting.push(run);
      }
    } catch (error) {
      this.#activation.discard();
      this.#failRun(run, error);
      return;
    }
    const asynchronous = run.sync ? this.#activation.firstAsynchronous() : undefined;
    if (asynchronous !== undefined) {
      this.#activation.discard();
      this.#failRun(run, callFailure(asyncFailure(asynchronous), [asynchronous]));
      return;
    }
    this.#activation.submit(run);
    if (run.caller !== undefined) this.#enterInner(run, run.caller);
    for (const target of run.targets) if ((target._flags & STATE_BITS) === DONE) this.#targetWasDone(run, target);
    if (run.over) return;
    if (run.remaining === 0) this.#finishRun(run);
    else this.#wake(run);
  }

  #targetWasDone(run: Run, target: Future): void {
    const waiting = this.#table.waiters.get(target._slot);
    if (waiting?.includes(run) === true) this.#removeWaiter(target._slot, run, waiting);
    if (run.keeps) target._flags |= KEPT;
    this.#targetEnded(run, target, { status: 'fulfilled', value: target._value });
  }

  #removeWaiter(task: number, run: Run, waiting: Run[]): void {
    waiting.splice(waiting.indexOf(run), 1);
    if (waiting.length === 0) this.#table.waiters.delete(task);
  }

  /** A body waits for calls that it resolves itself: it gives its slot back, and may now wait for itself. */
  #enterInner(run: Run, caller: Scope): void {
    if (run.limited && !run.sync) {
      run.limiter.leave();
      run.gaveSlot = true;
    }
    const task = caller.parent?._slot ?? -1;
    if (task !== -1) this.#suspect(task);
  }

  /** Runs what `run` needs on the spot, and what other runs need for it. */
  finishSync(run: Run): void {
    const leaveStretch = this.#bodies.enterStretch();
    try {
      this.#startAll(run, false);
      while (!run.over) {
        const queue = this.#table.scheduler.nextQueue();
        const other = queue === -1 ? undefined : this.#table.runAt(queue);
        if (other !== undefined) this.#startAll(other, false);
        else if (queue === -1) this.#failStuck(run);
      }
    } finally {
      leaveStretch();
    }
  }

  /** Nothing can start, and a synchronous run cannot wait. */
  #failStuck(run: Run): void {
    if (this.#failCycle(allTasks(this.#table.scheduler.top))) return;
    const pending = this.#bodies.firstPending();
    this.#failRun(run, pending === undefined ? stalledError() : callFailure(asyncFailure(pending), [pending]));
  }

  /** Something of the run may be able to start. */
  #wake(run: Run): void {
    this.#table.scheduler.relist(run.queue);
    if (this.#turning || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#loop();
    });
  }

  /** Starts what can start, run by run, until nothing can or the event loop must go round. */
  #loop(): void {
    if (this.#turning || !this.#turn.begin()) return;
    this.#turning = true;
    try {
      for (let queue = this.#table.scheduler.nextQueue(); queue !== -1; queue = this.#table.scheduler.nextQueue()) {
        const run = this.#table.runAt(queue);
        if (run === undefined || !run.context.runInAsyncScope(this.#stretch, this, run)) continue;
        this.#turn.yield();
        return;
      }
    } finally {
      this.#turning = false;
    }
    this.#quiet();
  }

  /** {@link #startAll} as a stretch of its own, in the asynchronous context of the run. */
  #stretch(run: Run): boolean {
    try {
      return this.#startAll(run, true);
    } finally {
      this.#bodies.leaveScope();
    }
  }

  /** Starts what can start of one run. Gives true when it stopped because the event loop must go round. */
  #startAll(run: Run, yields: boolean): boolean {
    const { scheduler } = this.#table;
    let left = this.#stride;
    let lookedAt = this.#now();
    let sampled: Future | undefined;
    for (;;) {
      const forward = scheduler.nextForward();
      if (forward !== -1) this.#completion.forward(forward);
      else {
        const task = this.#nextTask(run);
        if (task === -1) return false;
        if (left === 1) sampled = this.#table.futureOf(task);
        this.#bodies.start(task, run);
      }
      left -= 1;
      if (left > 0) continue;
      const now = this.#now();
      if (sampled !== undefined && this.#stride === 1) sample(sampled, now - lookedAt);
      sampled = undefined;
      this.#stride = now - lookedAt > SLOW_STRIDE ? 1 : Math.min(this.#stride * 2, STRIDE);
      left = this.#stride;
      lookedAt = now;
      if (run.options.progress !== undefined) this.#tell(run, now);
      if (yields && this.#turn.spent(now)) {
        scheduler.relist(run.queue);
        return true;
      }
    }
  }

  /** What the run should start now; -1 when there is nothing, or no place for it. */
  #nextTask(run: Run): number {
    const { scheduler } = this.#table;
    if (run.limited && !run.limiter.open) {
      run.limiter.whenOpen(run.wake);
      return -1;
    }
    // Asynchronous bodies first: they go on beside the synchronous ones.
    const parallel = scheduler.nextParallel(run.queue);
    const task = parallel === -1 ? scheduler.nextSerial(run.queue) : parallel;
    if (task === -1 || run.options.maxBytes === undefined || run.awaiting === 0) return task;
    return this.#nextThatFits(run, task);
  }

  /** Under `maxBytes`, while others run: `first` if its result fits, else the ready task that frees most, if it fits. */
  #nextThatFits(run: Run, first: number): number {
    const { scheduler } = this.#table;
    const candidates = [first];
    for (let task = scheduler.nextParallel(run.queue); task !== -1; task = scheduler.nextParallel(run.queue)) candidates.push(task);
    let best = -1;
    let bestGrowth = Infinity;
    for (const task of candidates) {
      const growth = this.#growthOf(run, task);
      if (growth < bestGrowth && run.hasRoom(growth)) {
        best = task;
        bestGrowth = growth;
      }
      if (task === first && best === first) break;
    }
    for (const task of candidates) if (task !== best) scheduler.requeue(task);
    return best;
  }

  /** By how many bytes the live values grow when a task has run: its result less the inputs that end with it. */
  #growthOf(run: Run, task: number): number {
    const { scheduler } = this.#table;
    let growth = estimateBytes(this.#table.futureOf(task));
    scheduler.eachInput(task, (input) => {
      if (scheduler.consumers(input) === 1) growth -= run.bytesOf(this.#table.futureOf(input));
    });
    return growth;
  }

  #tell(run: Run, now: number): void {
    if (now - run.toldAt < TELL_EVERY) return;
    run.toldAt = now;
    run.tell(this.#table.scheduler.queue(run.queue));
  }

  /** Nothing more can start now: every task waits for a running body, or something is wrong. */
  #quiet(): void {
    this.#table.trim();
    if (this.#live.size === 0 || this.#scheduled) return;
    if (this.#bodies.pending > 0) {
      if (this.#suspects.size > 0) this.#suspectTimer ??= setTimeout(() => {
        this.#suspectTimer = undefined;
        this.#failCycle(this.#takeSuspects());
      }, SUSPECT_AFTER);
      return;
    }
    if (this.#failCycle(allTasks(this.#table.scheduler.top))) return;
    for (const run of [...this.#live]) this.#failRun(run, stalledError());
  }

  #suspect(task: number): void {
    this.#suspects.add(task);
  }

  #takeSuspects(): number[] {
    const suspects = [...this.#suspects].filter((task) => task < this.#table.scheduler.top);
    this.#suspects.clear();
    return suspects;
  }

  /** Looks for calls that wait for each other, and fails one. Gives whether there were any. */
  #failCycle(suspects: Iterable<number>): boolean {
    const cycle = findCycle(this.#table.scheduler, suspects, (task) => this.#innerTargets(task));
    const [first] = cycle ?? [];
    if (cycle === undefined || first === undefined) return false;
    this.#completion.fail(first, cycleFailure(cycle.map((task) => this.#table.futureOf(task))));
    const [run] = this.#live;
    if (run !== undefined) this.#wake(run);
    return true;
  }

  /** The calls that the body of a task resolves itself. */
  #innerTargets(task: number): number[] {
    const inner: number[] = [];
    const future = this.#table.futureOf(task);
    for (const run of this.#live) {
      if (run.caller?.parent === future) for (const target of run.held) if (target._slot !== -1) inner.push(target._slot);
    }
    return inner;
  }

  #stopBody(task: number, future: Future, reason: unknown): void {
    this.#bodies.stop(task, future, reason);
    for (const run of [...this.#live]) {
      if (run.caller?.parent === future && run.caller.aborted) this.#failRun(run, abortedError(run.caller.abortReason));
    }
  }

  #targetEnded(run: Run, future: Future, outcome: Outcome): void {
    if (run.over) return;
    if (outcome.status === 'rejected') run.held.delete(future);
    else this.#table.ledger.lend(future);
    run.sink.target?.(future, outcome);
    run.remaining -= 1;
    if (outcome.status === 'rejected' && run.options.settle !== true) this.#failRun(run, outcome.reason);
    else if (run.remaining === 0) this.#finishRun(run);
  }

  #finishRun(run: Run): void {
    this.#over(run);
    this.#end(run, { error: undefined, failed: false }, () => {
      this.#letAll(run);
    });
  }

  #failRun(run: Run, error: unknown): void {
    if (run.over) return;
    this.#over(run);
    this.#letAll(run);
    this.#completion.cancelOrphans(error);
    this.#end(run, { error, failed: true }, () => undefined);
  }

  #over(run: Run): void {
    run.over = true;
    this.#live.delete(run);
    scopes.leave();
    if (run.options.progress !== undefined) run.tell(this.#table.scheduler.queue(run.queue));
  }

  /** Ends the run's hold on its targets; what nobody else wants is released, or does not run. */
  #letAll(run: Run): void {
    for (const target of run.held) this.letGo(run, target);
    this.#table.scheduler.closeQueue(run.queue);
  }

  /** Ends the run's hold on one target. */
  letGo(run: Run, target: Future): void {
    if (!run.held.delete(target)) return;
    const waiting = this.#table.waiters.get(target._slot);
    if (waiting?.includes(run) === true) this.#removeWaiter(target._slot, run, waiting);
    this.#table.scheduler.unhold(target._slot);
  }

  /** Settles the promise; a body that waits for it takes its slot again first. */
  #end(run: Run, { error, failed }: { readonly error: unknown; readonly failed: boolean }, then: () => void): void {
    const settle = (): void => {
      run.observer?.runFinished(run.startedAt, error);
      run.end(error, failed);
      then();
    };
    if (run.gaveSlot && run.caller?.aborted === false) run.limiter.reenter(settle);
    else settle();
  }

  /** Aborts a run from outside. */
  abort(run: Run, reason: unknown): void {
    this.#failRun(run, abortedError(reason));
  }

  /** Drops the value of a call, now or at its last use. */
  release(future: Future): void {
    future._flags &= ~KEPT;
    if (future._slot !== -1) {
      future._flags &= ~PERSISTED;
      this.#table.ledger.reclaim(future);
    } else if ((future._flags & STATE_BITS) === DONE) dropValue(future, this.#table.ledger, true);
  }

  /** Calls that are active, for tests that look for what was left behind. */
  get active(): number {
    return this.#table.scheduler.live;
  }
}

/** What an inner run takes over from the run of the body that began it. */
function inherit(outer: ResolveOptions, given: ResolveOptions): ResolveOptions {
  const { executor, debug, maxBytes, maxCalls, onEvent, verbose } = outer;
  const inherited = { executor, debug, maxBytes, maxCalls, onEvent, verbose };
  const defined = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined));
  return { ...(defined as ResolveOptions), ...given }; // the same fields, without the undefined ones
}

function* allTasks(top: number): Iterable<number> {
  for (let task = 0; task < top; task += 1) yield task;
}

/** Takes one measurement of a call that has just run. */
function sample(future: Future, duration: number): void {
  if ((future._flags & STATE_BITS) === DONE) future._spec.identity.measure(duration, bytesOf(future._value));
}

function estimateBytes(future: Future): number {
  const { options, identity } = future._spec;
  return typeof options.bytes === 'number' ? options.bytes : identity.bytes.mean;
}

function abortedError(reason: unknown): DagError {
  return reason instanceof DagError
    ? reason
    : new DagError('DAG_ABORTED', { message: 'The run was aborted by its signal.', cause: reason });
}

function runTimeoutError(timeout: number): DagError {
  return new DagError('DAG_RUN_TIMEOUT', {
    message: `The run took longer than its timeout of ${timeout.toString()} ms.`,
    remedy: 'Raise `timeout`, or resolve less.',
  });
}

function stalledError(): DagError {
  return new DagError('DAG_INTERNAL', { message: 'A run waits though nothing runs.', remedy: 'Please report it with the graph.' });
}
