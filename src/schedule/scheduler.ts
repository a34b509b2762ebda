import { IMMEDIATE, PARALLEL, REMOTE, SERIAL } from './lanes.js';
import { QueueList } from './queue-list.js';
import { UNLISTED, type ReadyQueue } from './ready-queue.js';
import { DONE, EXPANDED, FREE, RUNNING, WAITING } from './states.js';
import type { TaskHeap } from './task-heap.js';

const LANE = 3;
/** A bit of the lane: the queue's cursor has yet to come to the task. */
const AHEAD = 4;

/** Numbers kept per task. */
const TASK = 8;
const STATE = 0;
const LANE_OF = 1;
/** Dependencies that have not ended. */
const PENDING = 2;
const CONSUMERS = 3;
const QUEUE = 4;
const RANK = 5;
/** First edge to a dependency; in a free task, the next free one. */
const INS = 6;
/** First edge to a dependent. */
const OUTS = 7;

/** Numbers kept per edge. */
const EDGE = 4;
const FROM = 0;
const TO = 1;
const NEXT_IN = 2;
const NEXT_OUT = 3;

const FIRST_ROOM = 256;
/** Arrays above this many entries are given back when nothing is left to do. */
const ROOM_KEPT = 1 << 16;

/**
 * Which task may start when, and which value is needed no more: a deterministic state machine over numbered tasks. It
 * runs nothing, knows no clock and no values, and allocates nothing per task once its arrays have grown.
 *
 * Events come in as calls (`add`, `depend`, `start`, `finish`, `expand`, `drop`). Commands go out as what `nextSerial`
 * and `nextParallel` return (start), what `nextForward` returns (forward: complete the task without a body), and calls
 * of `release` (no consumer is left: drop the value; the number is free afterwards).
 *
 * An edge joins a dependency and a dependent. It stands in two lists: the dependent's `ins` until the dependent has
 * ended, for it holds the dependency's value; and the dependency's `outs` until that has ended, for it wakes the
 * dependent. `consumers` counts, per task, the dependents and holders that have not ended: the ledger of *consumers*.
 */
export class Scheduler {
  readonly #release: (task: number) => void;
  readonly #closed: (queue: number) => void;
  #capacity = FIRST_ROOM;
  #top = 0;
  #freeTask = -1;
  #live = 0;
  /** TASK numbers a task, side by side: what is read together lies together. */
  #tasks = new Int32Array(FIRST_ROOM * TASK);

  #edgeCapacity = FIRST_ROOM;
  #edgeTop = 0;
  #freeEdge = -1;
  /** EDGE numbers an edge. */
  #edges = new Int32Array(FIRST_ROOM * EDGE);

  readonly #list = new QueueList();
  /** Those of the list: they are looked up for every task. */
  readonly #queues: readonly (ReadyQueue | undefined)[] = this.#list.queues;
  readonly #forwards: number[] = [];
  readonly #orphans: number[] = [];

  /**
   * @param release is told each task whose value nobody needs any more; must not call back into the scheduler.
   * @param closed is told each queue that was closed and has no task left.
   */
  constructor(release: (task: number) => void, closed: (queue: number) => void = () => undefined) {
    this.#release = release;
    this.#closed = closed;
  }

  /** Tasks that are not free. */
  get live(): number {
    return this.#live;
  }

  /** One above the highest number in use. */
  get top(): number {
    return this.#top;
  }

  /** Opens a queue for the tasks of one run, which is inside of `depth` others, and gives its number. */
  openQueue(depth = 0): number {
    return this.#list.open(depth);
  }

  /** The queue's counts. */
  queue(queue: number): ReadyQueue {
    const found = this.#queues[queue];
    if (found === undefined) throw new RangeError(`no queue ${queue.toString()}`);
    return found;
  }

  /** Says that no task will be added; the number is free again when the queue's tasks are gone. */
  closeQueue(queue: number): void {
    const closing = this.queue(queue);
    closing.closed = true;
    if (closing.tasks === 0) this.#forgetQueue(queue);
  }

  /** A new task without dependencies. It is not considered before `submit`. */
  add(queue: number, lane: number): number {
    const task = this.#take(queue);
    const tasks = this.#tasks;
    tasks[task * TASK + STATE] = WAITING;
    // A task of the serial lane is ahead of the cursor as soon as it is submitted; until then nothing looks at it.
    tasks[task * TASK + LANE_OF] = lane === SERIAL ? SERIAL | AHEAD : lane;
    return task;
  }

  /** A task that has its value already. */
  addDone(queue: number): number {
    const task = this.#take(queue);
    this.queue(queue).added -= 1; // nothing is left to do for it
    this.#tasks[task * TASK + STATE] = DONE;
    this.#tasks[task * TASK + LANE_OF] = SERIAL;
    return task;
  }

  /** `task` needs the value of `dependency`. O(1). */
  depend(task: number, dependency: number): void {
    let edge = this.#freeEdge;
    if (edge === -1) {
      edge = this.#edgeTop;
      if (edge === this.#edgeCapacity) this.#resizeEdges(this.#edgeCapacity * 2);
      this.#edgeTop = edge + 1;
    } else this.#freeEdge = this.#edges[edge * EDGE + NEXT_IN] as number;
    const tasks = this.#tasks;
    const edges = this.#edges;
    const at = edge * EDGE;
    const to = task * TASK;
    const from = dependency * TASK;
    edges[at + FROM] = dependency;
    edges[at + TO] = task;
    edges[at + NEXT_IN] = tasks[to + INS] as number;
    tasks[to + INS] = edge;
    tasks[from + CONSUMERS] = (tasks[from + CONSUMERS] as number) + 1;
    if (tasks[from + STATE] === DONE) return;
    edges[at + NEXT_OUT] = tasks[from + OUTS] as number;
    tasks[from + OUTS] = edge;
    tasks[to + PENDING] = (tasks[to + PENDING] as number) + 1;
  }

  /** Someone outside needs the value, too. */
  hold(task: number): void {
    this.#tasks[task * TASK + CONSUMERS] = (this.#tasks[task * TASK + CONSUMERS] as number) + 1;
  }

  /** Ends a hold; releases the value if it was the last. */
  unhold(task: number): void {
    const consumers = (this.#tasks[task * TASK + CONSUMERS] as number) - 1;
    this.#tasks[task * TASK + CONSUMERS] = consumers;
    if (consumers > 0) return;
    if (this.#tasks[task * TASK + STATE] === DONE) this.#let(task);
    else this.#orphans.push(task);
  }

  /** A task that has no value yet and that nobody wants any more, for the caller to `drop`; -1 when there is none. */
  nextOrphan(): number {
    for (let task = this.#orphans.pop(); task !== undefined; task = this.#orphans.pop()) {
      if (
        this.#tasks[task * TASK + CONSUMERS] === 0 &&
        this.#tasks[task * TASK + STATE] !== FREE &&
        this.#tasks[task * TASK + STATE] !== DONE
      )
        return task;
    }
    return -1;
  }

  state(task: number): number {
    return this.#tasks[task * TASK + STATE] as number;
  }

  /** Whether the task waits for nothing but to be started. */
  isReady(task: number): boolean {
    return this.#tasks[task * TASK + STATE] === WAITING && this.#tasks[task * TASK + PENDING] === 0;
  }

  lane(task: number): number {
    return (this.#tasks[task * TASK + LANE_OF] as number) & LANE;
  }

  consumers(task: number): number {
    return this.#tasks[task * TASK + CONSUMERS] as number;
  }

  pending(task: number): number {
    return this.#tasks[task * TASK + PENDING] as number;
  }

  queueOf(task: number): number {
    return this.#tasks[task * TASK + QUEUE] as number;
  }

  rank(task: number): number {
    return this.#tasks[task * TASK + RANK] as number;
  }

  /** Lets new tasks of the serial lane be considered, in this order and before the earlier ones of the queue. */
  submitSerial(queue: number, order: Int32Array): void {
    const into = this.queue(queue);
    into.pushOrder(order);
    this.#list.list(queue, into);
  }

  /**
   * Like {@link submitSerial}, for tasks of any lane. In the parallel lane a task's place in the order is its rank; tasks
   * that another one (`within`) brought up share its rank.
   */
  submit(queue: number, order: Int32Array, within = -1): void {
    const tasks = this.#tasks;
    for (let index = 0; index < order.length; index += 1) {
      const task = order[index] as number;
      const at = task * TASK;
      if (tasks[at + LANE_OF] === (SERIAL | AHEAD)) continue;
      tasks[at + RANK] = within === -1 ? index : (tasks[within * TASK + RANK] as number);
      if (tasks[at + PENDING] === 0 && tasks[at + STATE] === WAITING) this.#ready(task);
    }
    this.submitSerial(queue, order);
  }

  /** Like {@link submit}, for one task; a task with dependencies is considered when they have ended. */
  submitOne(task: number, within = -1): void {
    const tasks = this.#tasks;
    const at = task * TASK;
    tasks[at + LANE_OF] = (tasks[at + LANE_OF] as number) & LANE;
    tasks[at + RANK] = within === -1 ? 0 : (tasks[within * TASK + RANK] as number);
    if (tasks[at + PENDING] === 0 && tasks[at + STATE] === WAITING) this.#ready(task);
  }

  /**
   * A queue that may have something to start; -1 when none has. It is not listed again before something is added. Of
   * runs inside runs the innermost go first, so that what has begun comes to its end before more begins, and of runs that
   * are equally deep the one that was listed first.
   */
  nextQueue(): number {
    return this.#list.next();
  }

  /** Takes a queue off the list; gives whether it was there. */
  takeQueue(queue: number): boolean {
    return this.#list.take(queue);
  }

  /** Lists a queue again, after its tasks could not all be started. */
  relist(queue: number): void {
    const found = this.#queues[queue];
    if (found !== undefined) this.#list.list(queue, found);
  }

  /** Like {@link relist}, behind all that are listed, however deep: it has had its share of the time. */
  relistLast(queue: number): void {
    const found = this.#queues[queue];
    if (found !== undefined) this.#list.list(queue, found, 0);
  }

  /** Takes a queue off the list again, if it was listed last: what has just been requeued cannot start for now. */
  unlist(queue: number): void {
    this.#list.unlist(queue);
  }

  /** The next task of the serial lane that can start, in the order of the queue; -1 when none can. */
  nextSerial(queue: number): number {
    const from = this.#queues[queue];
    if (from === undefined) return -1;
    const tasks = this.#tasks;
    for (let task = from.next(); task !== -1; task = from.next()) {
      const at = task * TASK;
      if (tasks[at + QUEUE] !== queue || tasks[at + STATE] !== WAITING) continue; // ended or cancelled since
      if (((tasks[at + LANE_OF] as number) & LANE) !== SERIAL) continue;
      tasks[at + LANE_OF] = SERIAL; // passed: if it cannot start, it comes back on top when its dependencies have ended
      if (tasks[at + PENDING] === 0) return task;
    }
    return -1;
  }

  /** The task of the parallel lane that should start next; -1 when none can. */
  nextParallel(queue: number): number {
    const from = this.#queues[queue];
    return from === undefined ? -1 : this.#nextOf(from.parallel, queue);
  }

  /** The task of the remote lane that should start next; -1 when none can. */
  nextRemote(queue: number): number {
    const from = this.#queues[queue];
    return from === undefined ? -1 : this.#nextOf(from.remote, queue);
  }

  #nextOf(heap: TaskHeap, queue: number): number {
    if (heap.size === 0) return -1;
    const tasks = this.#tasks;
    for (let task = heap.pop(); task !== -1; task = heap.pop()) {
      const at = task * TASK;
      if (tasks[at + QUEUE] === queue && tasks[at + STATE] === WAITING && tasks[at + PENDING] === 0) return task;
    }
    return -1;
  }

  /** A task to complete without a body, because the last value it waits for has come; -1 when there is none. */
  nextForward(): number {
    if (this.#forwards.length === 0) return -1;
    for (let task = this.#forwards.pop(); task !== undefined; task = this.#forwards.pop()) {
      const state = this.#tasks[task * TASK + STATE];
      if (
        this.#tasks[task * TASK + PENDING] === 0 &&
        (state === EXPANDED || (state === WAITING && this.lane(task) === IMMEDIATE))
      )
        return task;
    }
    return -1;
  }

  /** The task could not be started after all, or must be tried again. */
  requeue(task: number): void {
    this.#tasks[task * TASK + STATE] = WAITING;
    this.#ready(task);
  }

  /** A task of the remote lane was started, or promised to be, and did not run: it waits again. */
  takeBack(task: number): void {
    this.#tasks[task * TASK + STATE] = WAITING;
    if (this.#tasks[task * TASK + PENDING] === 0) this.#ready(task);
  }

  /** Lets a task that was not started be considered in another lane, but the immediate one. */
  move(task: number, lane: number): void {
    this.#tasks[task * TASK + LANE_OF] = lane;
  }

  /** The body begins; or is promised to, once tasks started before it have ended. */
  start(task: number): void {
    this.#tasks[task * TASK + STATE] = RUNNING;
  }

  /** The body ended in values of other tasks. Their edges are to be added before, for the body's own inputs go here. */
  expand(task: number, inputs: number): void {
    this.#tasks[task * TASK + STATE] = EXPANDED;
    this.#dropIns(task, inputs);
    if (this.#tasks[task * TASK + PENDING] === 0) this.#forwards.push(task);
  }

  /** How many edges lead into a task: what `expand` must be told before new ones are added. */
  countInputs(task: number): number {
    let count = 0;
    for (
      let edge = this.#tasks[task * TASK + INS] as number;
      edge !== -1;
      edge = this.#edges[edge * EDGE + NEXT_IN] as number
    )
      count += 1;
    return count;
  }

  /** The task has its value: its inputs lose a consumer, its dependents may start. */
  finish(task: number): void {
    const tasks = this.#tasks;
    const edges = this.#edges;
    const at = task * TASK;
    tasks[at + STATE] = DONE;
    const queue = this.#queues[tasks[at + QUEUE] as number];
    if (queue !== undefined) queue.finished += 1;
    this.#dropIns(task, -1);
    let edge = tasks[at + OUTS] as number;
    tasks[at + OUTS] = -1;
    while (edge !== -1) {
      const next = edges[edge * EDGE + NEXT_OUT] as number;
      const dependent = edges[edge * EDGE + TO] as number;
      if (dependent === -1) this.#dropEdge(edge);
      else {
        const pending = (tasks[dependent * TASK + PENDING] as number) - 1;
        tasks[dependent * TASK + PENDING] = pending;
        if (pending === 0) this.#ready(dependent);
      }
      edge = next;
    }
    if (tasks[at + CONSUMERS] === 0) this.#let(task);
  }

  /**
   * Takes a task out that will have no value: it failed or was cancelled. The caller drops its dependents, too.
   * Its inputs lose a consumer; its number is free afterwards.
   */
  drop(task: number): void {
    this.#dropIns(task, -1);
    for (let edge = this.#tasks[task * TASK + OUTS] as number; edge !== -1;) {
      const next = this.#edges[edge * EDGE + NEXT_OUT] as number;
      const dependent = this.#edges[edge * EDGE + TO] as number;
      if (dependent === -1) this.#dropEdge(edge);
      else this.#edges[edge * EDGE + FROM] = -1; // goes with the dependent
      edge = next;
    }
    this.#tasks[task * TASK + OUTS] = -1;
    this.#giveBack(task);
  }

  /** The task that alone waits for the value of `task`, which nobody else needs; -1 when it is otherwise. */
  soleDependent(task: number): number {
    const edges = this.#edges;
    let left = this.#tasks[task * TASK + CONSUMERS] as number;
    let sole = -1;
    for (let edge = this.#tasks[task * TASK + OUTS] as number; edge !== -1; left -= 1) {
      const dependent = edges[edge * EDGE + TO] as number;
      if (dependent === -1 || (sole !== -1 && dependent !== sole)) return -1;
      sole = dependent;
      edge = edges[edge * EDGE + NEXT_OUT] as number;
    }
    return left === 0 ? sole : -1;
  }

  /** Calls `found` with each task that waits for the value of `task`. */
  eachDependent(task: number, found: (dependent: number) => void): void {
    for (
      let edge = this.#tasks[task * TASK + OUTS] as number;
      edge !== -1;
      edge = this.#edges[edge * EDGE + NEXT_OUT] as number
    ) {
      const dependent = this.#edges[edge * EDGE + TO] as number;
      if (dependent !== -1) found(dependent);
    }
  }

  /** Calls `found` with each task whose value `task` uses, the newest edge first: those of arguments from the last on. */
  eachInput(task: number, found: (input: number) => void): void {
    for (
      let edge = this.#tasks[task * TASK + INS] as number;
      edge !== -1;
      edge = this.#edges[edge * EDGE + NEXT_IN] as number
    ) {
      const input = this.#edges[edge * EDGE + FROM] as number;
      if (input !== -1) found(input);
    }
  }

  /** Gives large arrays back when no task is left. */
  trim(): void {
    if (this.#live > 0) return;
    this.#top = 0;
    this.#freeTask = -1;
    this.#edgeTop = 0;
    this.#freeEdge = -1;
    if (this.#capacity > ROOM_KEPT) this.#resize(FIRST_ROOM);
    if (this.#edgeCapacity > ROOM_KEPT) this.#resizeEdges(FIRST_ROOM);
    this.#list.trim();
  }

  #ready(task: number): void {
    const lane = this.#tasks[task * TASK + LANE_OF] as number;
    const state = this.#tasks[task * TASK + STATE];
    if (state === RUNNING) return; // started together with what it waited for
    if (state !== WAITING || lane === IMMEDIATE) {
      this.#forwards.push(task);
      return;
    }
    if (lane === (SERIAL | AHEAD)) return; // the cursor will come to it
    const queue = this.#tasks[task * TASK + QUEUE] as number;
    const into = this.queue(queue);
    if (lane === PARALLEL) into.parallel.push(task, this.#tasks[task * TASK + RANK] as number);
    else if (lane === REMOTE) into.remote.push(task, this.#tasks[task * TASK + RANK] as number);
    else into.pushTask(task);
    if (into.listing === UNLISTED) this.#list.list(queue, into);
  }

  /** Drops the edges into a task but the first `keep` newest, or all where `inputs` is -1. */
  #dropIns(task: number, inputs: number): void {
    let edge = this.#tasks[task * TASK + INS] as number;
    if (inputs === -1) this.#tasks[task * TASK + INS] = -1;
    else {
      // The newest edges come first; the last `inputs` of the list are the body's own.
      const fresh = this.countInputs(task) - inputs;
      let last = -1;
      for (let index = 0; index < fresh; index += 1) {
        last = edge;
        edge = this.#edges[edge * EDGE + NEXT_IN] as number;
      }
      if (last === -1) this.#tasks[task * TASK + INS] = -1;
      else this.#edges[last * EDGE + NEXT_IN] = -1;
    }
    const tasks = this.#tasks;
    const edges = this.#edges;
    while (edge !== -1) {
      const next = edges[edge * EDGE + NEXT_IN] as number;
      const input = edges[edge * EDGE + FROM] as number;
      if (input === -1) this.#dropEdge(edge);
      else {
        const consumers = (tasks[input * TASK + CONSUMERS] as number) - 1;
        tasks[input * TASK + CONSUMERS] = consumers;
        if (tasks[input * TASK + STATE] === DONE) {
          this.#dropEdge(edge);
          if (consumers === 0) this.#let(input);
        } else {
          edges[edge * EDGE + TO] = -1; // still in the outs of its dependency, which will drop it
          if (consumers === 0) this.#orphans.push(input);
        }
      }
      edge = next;
    }
  }

  /** No consumer is left. */
  #let(task: number): void {
    this.#release(task);
    this.#giveBack(task);
  }

  #take(queue: number): number {
    let task = this.#freeTask;
    if (task === -1) {
      task = this.#top;
      if (task === this.#capacity) this.#resize(this.#capacity * 2);
      this.#top = task + 1;
    } else this.#freeTask = this.#tasks[task * TASK + INS] as number;
    const tasks = this.#tasks;
    const at = task * TASK;
    tasks[at + PENDING] = 0;
    tasks[at + CONSUMERS] = 0;
    tasks[at + QUEUE] = queue;
    tasks[at + INS] = -1;
    tasks[at + OUTS] = -1;
    this.#live += 1;
    const into = this.queue(queue);
    into.tasks += 1;
    into.added += 1;
    return task;
  }

  #giveBack(task: number): void {
    const tasks = this.#tasks;
    const at = task * TASK;
    const queue = tasks[at + QUEUE] as number;
    const from = this.queue(queue);
    from.tasks -= 1;
    if (from.closed && from.tasks === 0) this.#forgetQueue(queue);
    tasks[at + STATE] = FREE;
    tasks[at + INS] = this.#freeTask;
    this.#freeTask = task;
    this.#live -= 1;
  }

  #forgetQueue(queue: number): void {
    this.#list.forget(queue);
    this.#closed(queue);
  }

  #dropEdge(edge: number): void {
    this.#edges[edge * EDGE + NEXT_IN] = this.#freeEdge;
    this.#freeEdge = edge;
  }

  #resize(capacity: number): void {
    const larger = new Int32Array(capacity * TASK);
    if (capacity > this.#capacity) larger.set(this.#tasks);
    this.#tasks = larger;
    this.#capacity = capacity;
  }

  #resizeEdges(capacity: number): void {
    const larger = new Int32Array(capacity * EDGE);
    if (capacity > this.#edgeCapacity) larger.set(this.#edges);
    this.#edges = larger;
    this.#edgeCapacity = capacity;
  }
}
