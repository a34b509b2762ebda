import type { NodeContender } from '../contenders/names.js';
import type { ShapeName } from '../shapes/shape.js';
import type { TaskGraph } from '../task-graph/task-graph.js';

/** A graph to measure on. */
export interface GraphChoice {
  readonly shape: ShapeName;
  readonly size: number;
}

/** Milliseconds of one contender's runs in one turn. */
export interface Sample {
  readonly runs: number;
  readonly build: number;
  readonly evaluate: number;
  /** Processor time of all threads, garbage collection's included: what other processes do does not add to it. */
  readonly cpu: number;
}

/** One contender's samples, one per round; `failure` says why there are none. */
export interface Series {
  readonly contender: NodeContender;
  readonly samples: readonly Sample[];
  readonly failure?: string;
}

/** One build and one evaluation in a fresh process. */
export interface FreshRun {
  readonly build: number;
  readonly evaluate: number;
  /** Processor time of all threads. */
  readonly cpu: number;
  /** Milliseconds spent in garbage collection meanwhile, and how many collections there were. */
  readonly gc: number;
  readonly collections: number;
  /** Largest resident set of the process, in bytes. */
  readonly peakResident: number;
}

/** A task graph and the numbers of workers to plan it on. */
export interface PlanChoice {
  readonly graph: TaskGraph;
  readonly workers: readonly number[];
}

/** One simulated schedule of a task graph, tasks by index. */
export interface PlannedGraph {
  readonly workers: number;
  /** What `plan()` reports. */
  readonly makespan: number;
  readonly peakBytes: number;
  readonly schedule: readonly PlannedTask[];
  /** Milliseconds that `plan()` took. */
  readonly duration: number;
}

/** When and where one task runs, in the units of its graph. */
export interface PlannedTask {
  readonly task: number;
  readonly worker: number;
  readonly start: number;
  readonly end: number;
}

/** Who makes the arrays of the memory benchmark: a loop without a graph, or bodies that allocate in different ways. */
export type MemoryVariant = 'baseline' | 'loop' | 'alloc' | 'plain' | 'donate';

/** One run of the memory benchmark. */
export interface MemoryRun {
  /** Milliseconds from the first allocation to the result. */
  readonly duration: number;
  /** Largest resident set of the process, in bytes. */
  readonly peakResident: number;
  /** Most bytes of results alive at one time by the run's events; absent without a graph. */
  readonly peakByEvents?: number;
}

/** Everything a child process can be asked to do. */
export interface Tasks {
  interleaved: {
    request: GraphChoice & {
      readonly contenders: readonly NodeContender[];
      readonly rounds: number;
      /** Milliseconds one contender's turn lasts at least. */
      readonly turn: number;
      /** Milliseconds after which no new round begins, once there are three; once there is one if a run is that slow. */
      readonly budget: number;
    };
    response: readonly Series[];
  };
  fresh: {
    request: GraphChoice & { readonly contender: NodeContender };
    response: FreshRun;
  };
  heap: {
    request: GraphChoice & { readonly contender: NodeContender };
    /** Bytes that the unresolved graph occupies. */
    response: number;
  };
  live: {
    request: GraphChoice;
    /** Most values alive at one time by the run's events. */
    response: number;
  };
  plan: {
    request: { readonly graphs: readonly PlanChoice[] };
    /** For each graph, one plan per number of workers. */
    response: readonly (readonly PlannedGraph[])[];
  };
  memory: {
    request: { readonly variant: MemoryVariant; readonly length: number; readonly steps: number };
    response: MemoryRun;
  };
  demo: {
    request: { readonly seconds: number };
    /** Seconds from the call of `resolve` to the result. */
    response: number;
  };
}

/** Name of a task. */
export type TaskName = keyof Tasks;

/** A request as it travels. */
export type Message = {
  [Name in TaskName]: { readonly task: Name; readonly request: Tasks[Name]['request'] };
}[TaskName];

/** An answer as it travels. */
export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };
