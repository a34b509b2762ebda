import type { Future } from '../graph/future.js';
import type { Graph } from '../graph/graph.js';
import type { Roster } from '../graph/roster.js';
import type { ResolveOptions } from '../graph/run-options.js';
import { bodyOf, scopes } from '../graph/scope.js';
import { verboseListener } from '../graph/verbose.js';
import { Limiter } from './limiter.js';
import { Observer } from './observer.js';
import type { Remote } from './remote.js';
import { CallCount, Run, type RunSink } from './run.js';
import type { TaskTable } from './task-table.js';

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

/** What a run is made with. */
export interface NewRunParts {
  readonly table: TaskTable;
  readonly remote: Remote;
  readonly now: () => number;
  /** Something of a run may be able to start. */
  readonly wake: (run: Run) => void;
  /** Runs that have begun to look for what they need, and whose promise is not settled. */
  readonly live: Roster<Run>;
}

/** Makes the run of a request: with what it takes over from the run of the body that asks for it, and its executor open. */
export function newRun(
  { targets, options: given, sink, keeps, sync }: RunRequest,
  { table, remote, now, wake, live }: NewRunParts,
): Run {
  const current = scopes.current();
  const scope = current === undefined ? undefined : bodyOf(current);
  const caller = scope?.parent === undefined ? undefined : scope;
  if (caller !== undefined) caller.kept = true;
  const outer = caller?.run instanceof Run ? caller.run : undefined;
  const depth = outer === undefined ? 0 : outer.depth + 1;
  const options = withStore(outer === undefined ? given : inherit(outer.options, given), targets);
  // A run that must end at once cannot wait for other threads.
  const executor = sync === true || options.executor === 'inline' ? undefined : options.executor;
  const run = new Run({
    depth,
    queue: table.scheduler.openQueue(depth),
    targets,
    options,
    workers: executor?.workers ?? 1,
    limiter:
      given.concurrency === undefined && outer !== undefined
        ? outer.limiter
        : new Limiter(options.concurrency ?? Infinity),
    observer: observerOf(targets, options, now),
    caller,
    sink,
    startedAt: now(),
    calls: outer?.calls ?? new CallCount(),
    now,
    wake,
    ...(keeps === undefined ? {} : { keeps }),
    ...(sync === undefined ? {} : { sync }),
  });
  table.enterRun(run);
  run.session = executor?.open(remote.hostOf(run));
  if (options.debug === true) poison(run, table, live);
  return run;
}

/** What an inner run takes over from the run of the body that began it. */
function inherit(outer: ResolveOptions, given: ResolveOptions): ResolveOptions {
  const { executor, debug, maxBytes, maxCalls, onEvent, store, verbose } = outer;
  const inherited = { executor, debug, maxBytes, maxCalls, onEvent, store, verbose };
  const defined = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined));
  return { ...(defined as ResolveOptions), ...given }; // the same fields, without the undefined ones
}

/** A run without a store has that of its first target's Graph. */
function withStore(options: ResolveOptions, [first]: readonly Future[]): ResolveOptions {
  const store = options.store ?? first?._graph?.store;
  return store === undefined || store === options.store ? options : { ...options, store };
}

/** What builds events for those who listen to a run: its own listeners, and the Graphs of its targets. */
function observerOf(targets: readonly Future[], options: ResolveOptions, now: () => number): Observer | undefined {
  let observed: Set<Graph> | undefined;
  for (const { _graph: graph } of targets) if (graph?._observed === true) (observed ??= new Set<Graph>()).add(graph);
  const listeners = options.onEvent === undefined ? [] : [options.onEvent];
  if (options.verbose !== undefined && options.verbose !== false) {
    listeners.push(verboseListener(options.verbose === true ? console : options.verbose));
  }
  return listeners.length === 0 && observed === undefined
    ? undefined
    : new Observer(listeners, observed ?? new Set(), now);
}

/** Poisons released memory while a `debug` run lives. */
function poison(run: Run, { pool }: TaskTable, live: Roster<Run>): void {
  pool.poison = true;
  run.onEnd(() => {
    pool.poison = live.all().some(({ options }) => options.debug === true);
  });
}
