import { grown, ReadyQueue } from './ready-queue.js';
import type { TaskGraph } from './task-graph.js';

/** The number is not in use. */
export const FREE = 0;
/** Waits for its dependencies, or to be started. */
export const WAITING = 1;
/** Its body runs. */
export const RUNNING = 2;
/** Its body ended in other tasks' values and waits for them. */
export const EXPANDED = 3;
/** It has its value. */
export const DONE = 4;

/** One after the other, in the order of the queue. */
export const SERIAL = 0;
/** Beside others, by rank. */
export const PARALLEL = 1;
/** By the caller itself, as soon as its dependencies have ended. */
export const IMMEDIATE = 2;

const LANE = 3;
/** A bit of the lane: the queue's cursor has yet to come to the task. */
const AHEAD = 4;

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
  #capacity = FIRST_ROOM;
  #top = 0;
  #freeTask = -1;
  #live = 0;
  #state = new Uint8Array(FIRST_ROOM);
  #lane = new Uint8Array(FIRST_ROOM);
  #pending = new Int32Array(FIRST_ROOM);
  #consumers = new Int32Array(FIRST_ROOM);
  #queueOf = new Int32Array(FIRST_ROOM);
  #rank = new Int32Array(FIRST_ROOM);
  #ins = new Int32Array(FIRST_ROOM);
  #outs = new Int32Array(FIRST_ROOM);

  #edgeCapacity = FIRST_ROOM;
  #edgeTop = 0;
  #freeEdge = -1;
  #edgeFrom = new Int32Array(FIRST_ROOM);
  #edgeTo = new Int32Array(FIRST_ROOM);
  #nextIn = new Int32Array(FIRST_ROOM);
  #nextOut = new Int32Array(FIRST_ROOM);

  readonly #queues: (ReadyQueue | undefined)[] = [];
  readonly #listed: number[] = [];
  readonly #forwards: number[] = [];
  readonly #orphans: number[] = [];
  /** Scratch of `picture`: -1 everywhere between calls. */
  #position = new Int32Array(0);

  /** @param release is told each task whose value nobody needs any more; must not call back into the scheduler. */
  constructor(release: (task: number) => void) {
    this.#release = release;
  }

  /** Tasks that are not free. */
  get live(): number {
    return this.#live;
  }

  /** One above the highest number in use. */
  get top(): number {
    return this.#top;
  }

  /** Opens a queue for the tasks of one run and gives its number. */
  openQueue(): number {
    let queue = this.#queues.indexOf(undefined);
    if (queue === -1) queue = this.#queues.length;
    this.#queues[queue] = new ReadyQueue(this.#rank);
    return queue;
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
    if (closing.tasks === 0) this.#queues[queue] = undefined;
  }

  /** A new task without dependencies. It is not considered before `submit`. */
  add(queue: number, lane: number): number {
    const task = this.#take(queue);
    this.#state[task] = WAITING;
    this.#lane[task] = lane;
    return task;
  }

  /** A task that has its value already. */
  addDone(queue: number): number {
    const task = this.#take(queue);
    this.#state[task] = DONE;
    this.#lane[task] = SERIAL;
    return task;
  }

  /** `task` needs the value of `dependency`. O(1). */
  depend(task: number, dependency: number): void {
    let edge = this.#freeEdge;
    if (edge === -1) {
      edge = this.#edgeTop;
      if (edge === this.#edgeCapacity) this.#growEdges();
      this.#edgeTop = edge + 1;
    } else this.#freeEdge = this.#nextIn[edge] as number;
    this.#edgeFrom[edge] = dependency;
    this.#edgeTo[edge] = task;
    this.#nextIn[edge] = this.#ins[task] as number;
    this.#ins[task] = edge;
    this.#consumers[dependency] = (this.#consumers[dependency] as number) + 1;
    if (this.#state[dependency] === DONE) return;
    this.#nextOut[edge] = this.#outs[dependency] as number;
    this.#outs[dependency] = edge;
    this.#pending[task] = (this.#pending[task] as number) + 1;
  }

  /** Someone outside needs the value, too. */
  hold(task: number): void {
    this.#consumers[task] = (this.#consumers[task] as number) + 1;
  }

  /** Ends a hold; releases the value if it was the last. */
  unhold(task: number): void {
    const consumers = (this.#consumers[task] as number) - 1;
    this.#consumers[task] = consumers;
    if (consumers > 0) return;
    if (this.#state[task] === DONE) this.#let(task);
    else this.#orphans.push(task);
  }

  /** A task that has no value yet and that nobody wants any more, for the caller to `drop`; -1 when there is none. */
  nextOrphan(): number {
    for (let task = this.#orphans.pop(); task !== undefined; task = this.#orphans.pop()) {
      if (this.#consumers[task] === 0 && this.#state[task] !== FREE && this.#state[task] !== DONE) return task;
    }
    return -1;
  }

  state(task: number): number {
    return this.#state[task] as number;
  }

  /** Whether the task waits for nothing but to be started. */
  isReady(task: number): boolean {
    return this.#state[task] === WAITING && this.#pending[task] === 0;
  }

  lane(task: number): number {
    return (this.#lane[task] as number) & LANE;
  }

  consumers(task: number): number {
    return this.#consumers[task] as number;
  }

  pending(task: number): number {
    return this.#pending[task] as number;
  }

  queueOf(task: number): number {
    return this.#queueOf[task] as number;
  }

  rank(task: number): number {
    return this.#rank[task] as number;
  }

  /**
   * Lets new tasks be considered, in this order and before the earlier ones of the queue. In the parallel lane a task's
   * place in the order is its rank; tasks that a running one (`within`) brought up share its rank.
   */
  submit(queue: number, order: Int32Array, within = -1): void {
    const into = this.queue(queue);
    let serial = false;
    for (let index = 0; index < order.length; index += 1) {
      const task = order[index] as number;
      const lane = this.#lane[task] as number;
      if (lane === SERIAL) {
        this.#lane[task] = SERIAL | AHEAD;
        serial = true;
      } else {
        this.#rank[task] = within === -1 ? index : (this.#rank[within] as number);
        if (this.#pending[task] === 0 && this.#state[task] === WAITING) this.#ready(task);
      }
    }
    if (!serial) return;
    into.pushOrder(order);
    this.#list(queue, into);
  }

  /** Like {@link submit}, for one task; a task with dependencies is considered when they have ended. */
  submitOne(task: number, within = -1): void {
    this.#rank[task] = within === -1 ? 0 : (this.#rank[within] as number);
    if (this.#pending[task] === 0 && this.#state[task] === WAITING) this.#ready(task);
  }

  /** A queue that may have something to start; -1 when none has. It is not listed again before something is added. */
  nextQueue(): number {
    const queue = this.#listed.pop();
    if (queue === undefined) return -1;
    const found = this.#queues[queue];
    if (found !== undefined) found.listed = false;
    return queue;
  }

  /** Lists a queue again, after its tasks could not all be started. */
  relist(queue: number): void {
    const found = this.#queues[queue];
    if (found !== undefined) this.#list(queue, found);
  }

  /** The next task of the serial lane that can start, in the order of the queue; -1 when none can. */
  nextSerial(queue: number): number {
    const from = this.#queues[queue];
    if (from === undefined) return -1;
    for (let task = from.next(); task !== -1; task = from.next()) {
      if (this.#queueOf[task] !== queue || this.#state[task] !== WAITING) continue; // ended or cancelled since
      const lane = this.#lane[task] as number;
      if ((lane & LANE) !== SERIAL) continue;
      this.#lane[task] = SERIAL; // passed: if it cannot start, it comes back on top when its dependencies have ended
      if (this.#pending[task] === 0) return task;
    }
    return -1;
  }

  /** The task of the parallel lane that should start next; -1 when none can. */
  nextParallel(queue: number): number {
    const from = this.#queues[queue];
    if (from === undefined || from.parallel.size === 0) return -1;
    for (let task = from.parallel.pop(); task !== -1; task = from.parallel.pop()) {
      if (this.#queueOf[task] === queue && this.#state[task] === WAITING && this.#pending[task] === 0) return task;
    }
    return -1;
  }

  /** A task to complete without a body, because the last value it waits for has come; -1 when there is none. */
  nextForward(): number {
    if (this.#forwards.length === 0) return -1;
    for (let task = this.#forwards.pop(); task !== undefined; task = this.#forwards.pop()) {
      const state = this.#state[task];
      if (this.#pending[task] === 0 && (state === EXPANDED || (state === WAITING && this.lane(task) === IMMEDIATE))) return task;
    }
    return -1;
  }

  /** The task could not be started after all, or must be tried again. */
  requeue(task: number): void {
    this.#state[task] = WAITING;
    this.#ready(task);
  }

  /** The body begins. */
  start(task: number): void {
    this.#state[task] = RUNNING;
  }

  /** The body ended in values of other tasks. Their edges are to be added before, for the body's own inputs go here. */
  expand(task: number, inputs: number): void {
    this.#state[task] = EXPANDED;
    this.#dropIns(task, inputs);
    if (this.#pending[task] === 0) this.#forwards.push(task);
  }

  /** How many edges lead into a task: what `expand` must be told before new ones are added. */
  countInputs(task: number): number {
    let count = 0;
    for (let edge = this.#ins[task] as number; edge !== -1; edge = this.#nextIn[edge] as number) count += 1;
    return count;
  }

  /** The task has its value: its inputs lose a consumer, its dependents may start. */
  finish(task: number): void {
    this.#state[task] = DONE;
    this.queue(this.#queueOf[task] as number).finished += 1;
    this.#dropIns(task, -1);
    let edge = this.#outs[task] as number;
    this.#outs[task] = -1;
    while (edge !== -1) {
      const next = this.#nextOut[edge] as number;
      const dependent = this.#edgeTo[edge] as number;
      if (dependent === -1) this.#dropEdge(edge);
      else {
        const pending = (this.#pending[dependent] as number) - 1;
        this.#pending[dependent] = pending;
        if (pending === 0) this.#ready(dependent);
      }
      edge = next;
    }
    if (this.#consumers[task] === 0) this.#let(task);
  }

  /**
   * Takes a task out that will have no value: it failed or was cancelled. The caller drops its dependents, too.
   * Its inputs lose a consumer; its number is free afterwards.
   */
  drop(task: number): void {
    this.#dropIns(task, -1);
    for (let edge = this.#outs[task] as number; edge !== -1; ) {
      const next = this.#nextOut[edge] as number;
      const dependent = this.#edgeTo[edge] as number;
      if (dependent === -1) this.#dropEdge(edge);
      else this.#edgeFrom[edge] = -1; // goes with the dependent
      edge = next;
    }
    this.#outs[task] = -1;
    this.#giveBack(task);
  }

  /** Calls `found` with each task that waits for the value of `task`. */
  eachDependent(task: number, found: (dependent: number) => void): void {
    for (let edge = this.#outs[task] as number; edge !== -1; edge = this.#nextOut[edge] as number) {
      const dependent = this.#edgeTo[edge] as number;
      if (dependent !== -1) found(dependent);
    }
  }

  /** Calls `found` with each task whose value `task` uses. */
  eachInput(task: number, found: (input: number) => void): void {
    for (let edge = this.#ins[task] as number; edge !== -1; edge = this.#nextIn[edge] as number) {
      const input = this.#edgeFrom[edge] as number;
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
    if (this.#capacity > ROOM_KEPT) {
      this.#resize(FIRST_ROOM);
      this.#position = new Int32Array(0);
    }
    if (this.#edgeCapacity > ROOM_KEPT) this.#resizeEdges(FIRST_ROOM);
  }

  /** The tasks of `list` as policies look at them: numbered by position, edges among them in the order of arguments. */
  picture(list: Int32Array, weights: TaskWeights): TaskGraph {
    const count = list.length;
    if (this.#position.length < this.#capacity) this.#position = new Int32Array(this.#capacity).fill(-1);
    const position = this.#position;
    for (let index = 0; index < count; index += 1) position[list[index] as number] = index;
    const offsets = new Int32Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      let inner = 0;
      for (let edge = this.#ins[list[index] as number] as number; edge !== -1; edge = this.#nextIn[edge] as number) {
        if (this.#positionOf(edge) !== -1) inner += 1;
      }
      offsets[index + 1] = (offsets[index] as number) + inner;
    }
    const dependencies = new Int32Array(offsets[count] as number);
    for (let index = 0; index < count; index += 1) {
      // The list of a task's edges begins with the last argument.
      let at = offsets[index + 1] as number;
      for (let edge = this.#ins[list[index] as number] as number; edge !== -1; edge = this.#nextIn[edge] as number) {
        const from = this.#positionOf(edge);
        if (from !== -1) dependencies[(at -= 1)] = from;
      }
    }
    for (let index = 0; index < count; index += 1) position[list[index] as number] = -1;
    return { count, offsets, dependencies, ...weights };
  }

  /** Where the dependency of an edge stands in the list that `picture` was given; -1 when it does not. */
  #positionOf(edge: number): number {
    const from = this.#edgeFrom[edge] as number;
    return from === -1 ? -1 : (this.#position[from] as number);
  }

  #ready(task: number): void {
    const lane = this.#lane[task] as number;
    if (this.#state[task] !== WAITING || lane === IMMEDIATE) {
      this.#forwards.push(task);
      return;
    }
    if (lane === (SERIAL | AHEAD)) return; // the cursor will come to it
    const queue = this.#queueOf[task] as number;
    const into = this.queue(queue);
    if (lane === PARALLEL) into.parallel.push(task);
    else into.pushTask(task);
    this.#list(queue, into);
  }

  #list(queue: number, listed: ReadyQueue): void {
    if (listed.listed) return;
    listed.listed = true;
    this.#listed.push(queue);
  }

  /** Drops the edges into a task but the first `keep` newest, or all where `inputs` is -1. */
  #dropIns(task: number, inputs: number): void {
    let edge = this.#ins[task] as number;
    if (inputs === -1) this.#ins[task] = -1;
    else {
      // The newest edges come first; the last `inputs` of the list are the body's own.
      const fresh = this.countInputs(task) - inputs;
      let last = -1;
      for (let index = 0; index < fresh; index += 1) {
        last = edge;
        edge = this.#nextIn[edge] as number;
      }
      if (last === -1) this.#ins[task] = -1;
      else this.#nextIn[last] = -1;
    }
    while (edge !== -1) {
      const next = this.#nextIn[edge] as number;
      const input = this.#edgeFrom[edge] as number;
      if (input === -1) this.#dropEdge(edge);
      else {
        const consumers = (this.#consumers[input] as number) - 1;
        this.#consumers[input] = consumers;
        if (this.#state[input] === DONE) {
          this.#dropEdge(edge);
          if (consumers === 0) this.#let(input);
        } else {
          this.#edgeTo[edge] = -1; // still in the outs of its dependency, which will drop it
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
    } else this.#freeTask = this.#ins[task] as number;
    this.#pending[task] = 0;
    this.#consumers[task] = 0;
    this.#queueOf[task] = queue;
    this.#ins[task] = -1;
    this.#outs[task] = -1;
    this.#live += 1;
    const into = this.queue(queue);
    into.tasks += 1;
    into.added += 1;
    return task;
  }

  #giveBack(task: number): void {
    const queue = this.#queueOf[task] as number;
    const from = this.queue(queue);
    from.tasks -= 1;
    if (from.closed && from.tasks === 0) this.#queues[queue] = undefined;
    this.#state[task] = FREE;
    this.#ins[task] = this.#freeTask;
    this.#freeTask = task;
    this.#live -= 1;
  }

  #dropEdge(edge: number): void {
    this.#nextIn[edge] = this.#freeEdge;
    this.#freeEdge = edge;
  }

  #resize(capacity: number): void {
    const small = capacity < this.#capacity;
    const bytes = (array: Uint8Array): Uint8Array<ArrayBuffer> => {
      const larger = new Uint8Array(capacity);
      if (!small) larger.set(array);
      return larger;
    };
    const numbers = (array: Int32Array): Int32Array<ArrayBuffer> => (small ? new Int32Array(capacity) : grown(array, capacity));
    this.#state = bytes(this.#state);
    this.#lane = bytes(this.#lane);
    this.#pending = numbers(this.#pending);
    this.#consumers = numbers(this.#consumers);
    this.#queueOf = numbers(this.#queueOf);
    this.#rank = numbers(this.#rank);
    this.#ins = numbers(this.#ins);
    this.#outs = numbers(this.#outs);
    this.#capacity = capacity;
    for (const queue of this.#queues) queue?.parallel.rerank(this.#rank);
  }

  #growEdges(): void {
    this.#resizeEdges(this.#edgeCapacity * 2);
  }

  #resizeEdges(capacity: number): void {
    const small = capacity < this.#edgeCapacity;
    const numbers = (array: Int32Array): Int32Array<ArrayBuffer> => (small ? new Int32Array(capacity) : grown(array, capacity));
    this.#edgeFrom = numbers(this.#edgeFrom);
    this.#edgeTo = numbers(this.#edgeTo);
    this.#nextIn = numbers(this.#nextIn);
    this.#nextOut = numbers(this.#nextOut);
    this.#edgeCapacity = capacity;
  }
}

/** What a policy is told of tasks besides their edges. */
export type TaskWeights = Pick<TaskGraph, 'cost' | 'bytes' | 'keep' | 'priority'>;
