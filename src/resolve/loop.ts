import type { Session } from '../graph/executor.js';
import { DONE, EXPANDED, type Future, STATE_BITS } from '../graph/future.js';
import { bytesOf } from '../memory/buffers.js';
import { REMOTE } from '../schedule/lanes.js';
import type { Bodies } from './bodies.js';
import type { Completion } from './completion.js';
import { estimatedBytes } from './ordering.js';
import type { Remote } from './remote.js';
import type { RemoteJob } from './remote-job.js';
import type { Run } from './run.js';
import type { TaskTable } from './task-table.js';
import { Turn } from './turn.js';

/** How many bodies may run between two looks at the clock, as long as they are short. */
const STRIDE = 16;
/** After a stride that took longer than this many milliseconds, the clock is looked at after every body. */
const SLOW_STRIDE = 1;
/** Milliseconds between two calls of `progress`. */
const TELL_EVERY = 100;
/** Ready tasks among which one is looked for that fits under `maxBytes`: each of them costs a look at its inputs. */
const MOST_CANDIDATES = 64;
/** The first runs of every node are measured, for estimates; a measurement reads the clock twice. */
const FIRST_SAMPLES = 3;

/** What the loop works on. */
export interface LoopParts {
  readonly table: TaskTable;
  readonly completion: Completion;
  readonly bodies: Bodies;
  readonly remote: Remote;
  readonly now: () => number;
  /** Goes on with the activation of a run for a while. */
  readonly activate: (run: Run) => void;
  /** Ends a run that has taken too long. */
  readonly checkTime: (run: Run, now: number) => void;
  /** Is called when nothing more can start. */
  readonly quiet: () => void;
}

/** Starts what the scheduler says can start, run by run, and gives way to the event loop in time. */
export class Loop {
  readonly #table: TaskTable;
  readonly #completion: Completion;
  readonly #bodies: Bodies;
  readonly #remote: Remote;
  readonly #now: () => number;
  readonly #activate: (run: Run) => void;
  readonly #checkTime: (run: Run, now: number) => void;
  readonly #quiet: () => void;
  readonly #turn: Turn;
  #turning = false;
  #scheduled = false;
  #stride = 1;

  constructor({ table, completion, bodies, remote, now, activate, checkTime, quiet }: LoopParts) {
    this.#table = table;
    this.#completion = completion;
    this.#bodies = bodies;
    this.#remote = remote;
    this.#now = now;
    this.#activate = activate;
    this.#checkTime = checkTime;
    this.#quiet = quiet;
    this.#turn = new Turn(now, () => {
      this.#loop();
    });
  }

  /** Whether it will look again soon. */
  get scheduled(): boolean {
    return this.#scheduled;
  }

  /** Something of the run may be able to start. */
  wake(run: Run): void {
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
        if (run === undefined || !this.startApart(run, true)) continue;
        this.#turn.yield();
        return;
      }
    } finally {
      this.#turning = false;
      this.#remote.flush();
    }
    this.#quiet();
  }

  /** {@link startAll} as a stretch of its own, in the asynchronous context of the run. */
  startApart(run: Run, yields: boolean): boolean {
    return run.context.runInAsyncScope(this.#stretch, this, run, yields);
  }

  #stretch(run: Run, yields: boolean): boolean {
    const leaveStretch = this.#bodies.enterStretch();
    try {
      return this.startAll(run, yields);
    } finally {
      leaveStretch();
    }
  }

  /** Starts what can start of one run. Gives true when it stopped because the event loop must go round. */
  startAll(run: Run, yields: boolean): boolean {
    const { scheduler } = this.#table;
    while (run.activation !== undefined) {
      this.#activate(run);
      if (!yields || !this.#turn.spent(this.#now())) continue;
      scheduler.relistLast(run.queue);
      return true;
    }
    let left = this.#stride;
    let lookedAt = this.#now();
    if (run.options.progress !== undefined && !run.over) this.#tell(run, lookedAt);
    for (;;) {
      const forward = scheduler.nextForward();
      if (forward !== -1) this.#completion.forward(forward);
      else {
        // A run that ended in one of its bodies may have left its number to another.
        if (run.over && this.#table.runAt(run.queue) !== run) return false;
        const task = this.#nextTask(run);
        if (task === -1) return false;
        const future = this.#table.futureOf(task);
        if (run.storing?.takes(task, future) === true) {
          // Its value is read, or comes from somebody else.
        } else if (run.session !== undefined && this.#startElsewhere(task, future, run.session)) {
          // The executor measures bodies, and tells of them.
        } else if (future._spec.identity.cost.count < FIRST_SAMPLES) this.#startMeasured(task, future, run);
        else this.#bodies.start(task, future, run);
      }
      left -= 1;
      if (left > 0) continue;
      run.session?.poll();
      const now = this.#now();
      this.#stride = now - lookedAt > SLOW_STRIDE ? 1 : Math.min(this.#stride * 2, STRIDE);
      left = this.#stride;
      lookedAt = now;
      if (run.options.progress !== undefined && !run.over) this.#tell(run, now);
      if (run.options.timeout !== undefined) this.#checkTime(run, now);
      if (yields && this.#turn.spent(now)) {
        scheduler.relistLast(run.queue);
        return true;
      }
    }
  }

  /** Hands a task to the run's executor, if that takes it; when it is full, the task waits for room. */
  #startElsewhere(task: number, future: Future, session: Session<RemoteJob>): boolean {
    if (!session.takes(future)) return false;
    // What comes from the remote lane was only taken from it because there is room; bonded calls are always accepted.
    const { bond } = future._spec;
    if (bond !== undefined || this.#table.scheduler.lane(task) === REMOTE || !session.full)
      this.#remote.start(task, future, session);
    else {
      this.#table.scheduler.move(task, REMOTE);
      this.#table.scheduler.requeue(task);
    }
    return true;
  }

  /** Starts a task, and measures its body if that is synchronous; an asynchronous one is measured when it ends. */
  #startMeasured(task: number, future: Future, run: Run): void {
    const startedAt = this.#now();
    this.#bodies.start(task, future, run);
    const state = future._flags & STATE_BITS;
    if (state !== DONE && state !== EXPANDED) return;
    const bytes = state === DONE ? bytesOf(future._value) : 0;
    future._spec.identity.measure(this.#now() - startedAt, bytes);
  }

  /** What the run should start now; -1 when there is nothing, or no place for it. */
  #nextTask(run: Run): number {
    const { scheduler } = this.#table;
    if (run.limited && !run.limiter.open) {
      run.limiter.whenOpen(run.wake);
      return -1;
    }
    // What runs elsewhere and asynchronous bodies first: they go on beside the synchronous ones.
    let task = run.session?.full === false ? scheduler.nextRemote(run.queue) : -1;
    if (task === -1) task = scheduler.nextParallel(run.queue);
    if (task === -1) {
      task = scheduler.nextSerial(run.queue);
      if (task !== -1 && run.storing?.comesFirst(this.#table.futureOf(task), run.wake) === true) {
        scheduler.requeue(task);
        scheduler.unlist(run.queue);
        return -1;
      }
    }
    if (task === -1 || run.options.maxBytes === undefined || run.awaiting === 0) return task;
    return this.#nextThatFits(run, task);
  }

  /** Under `maxBytes`, while others run: `first` if its result fits, else the ready task that frees most, if it fits. */
  #nextThatFits(run: Run, first: number): number {
    if (run.hasRoom(this.#growthOf(run, first))) return first;
    const { scheduler } = this.#table;
    const candidates = [first];
    const next = scheduler.lane(first) === REMOTE ? 'nextRemote' : 'nextParallel';
    while (candidates.length < MOST_CANDIDATES) {
      const task = scheduler[next](run.queue);
      if (task === -1) break;
      candidates.push(task);
    }
    let best = -1;
    let bestGrowth = Infinity;
    for (const task of candidates) {
      const growth = this.#growthOf(run, task);
      if (growth < bestGrowth && run.hasRoom(growth)) {
        best = task;
        bestGrowth = growth;
      }
    }
    for (const task of candidates) if (task !== best) scheduler.requeue(task);
    // Nothing changes before one of the bodies that run has ended.
    if (best === -1) scheduler.unlist(run.queue);
    return best;
  }

  /** By how many bytes the live values grow when a task has run: its result less the inputs that end with it. */
  #growthOf(run: Run, task: number): number {
    const { scheduler } = this.#table;
    let growth = estimatedBytes(this.#table.futureOf(task));
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
}
