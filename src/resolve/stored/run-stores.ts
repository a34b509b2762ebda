import type { Future } from '../../graph/future.js';
import { DONE, RUNNING, setState, STATE_BITS } from '../../graph/future.js';
import type { Store, StoredEntry } from '../../graph/store.js';
import { codedFailure, bodyFailure } from '../failure.js';
import { DagError } from '../../errors.js';
import type { Completion } from '../completion.js';
import type { Run } from '../run.js';
import type { TaskTable } from '../task-table.js';
import { Lookup, neededBook, opening } from './lookup.js';
import { Provenance } from './provenance.js';
import { Puts } from './puts.js';
import { RunStore } from './run-store.js';
import type { StoreHost } from './store-host.js';

/** What runs with stores work with. */
export interface RunStoresParts {
  readonly table: TaskTable;
  readonly completion: Completion;
  readonly now: () => number;
  /** A task of the run may be able to start now. */
  readonly wake: (run: Run) => void;
  /** Gives the value of a call that is run by an executor. */
  readonly resolve: (call: Future, run: Run) => Promise<unknown>;
}

/** Joins runs and their stores. */
export class RunStores {
  readonly #parts: RunStoresParts;
  /** Calls that are being read, that somebody else computes, or whose values are on their way to a store. */
  readonly #pending = new Set<Future>();

  /** Calls of this thread that hold locks, by key. */
  readonly #computing = new WeakMap<Store, Map<string, Future>>();

  constructor(parts: RunStoresParts) {
    this.#parts = parts;
  }

  /** How many calls wait for a store. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The first call that waits for a store. */
  firstPending(): Future | undefined {
    const [first] = this.#pending;
    return first;
  }

  /**
   * Opens the store of a run, if need be, and joins the two.
   *
   * @throws DAG_STORE_NOT_OPEN where a synchronous run would have to wait.
   */
  open(
    store: Store,
    run: Run,
    { joined, failed }: { readonly joined: () => void; readonly failed: (error: unknown) => void },
  ): void {
    const join = (): void => {
      this.#join(store, run);
      joined();
    };
    const opened = opening(store, run.sync);
    if (opened === undefined) join();
    else
      opened.then(() => {
        if (!run.over) join();
      }, failed);
  }

  /** Gives a run what it needs of its store, which is open. */
  #join(store: Store, run: Run): void {
    const { table, now } = this.#parts;
    const provenance = (table.provenance ??= new Provenance(table));
    const lookup = new Lookup(store, neededBook());
    const options =
      run.session === undefined ? {} : { run: (call: Future): Promise<unknown> => this.#parts.resolve(call, run) };
    const host = new Host(this.#parts, run, { provenance, pending: this.#pending });
    const puts = new Puts({ lookup, ledger: table.ledger, underWay: this.#pending, options, now, copies: run.sync });
    run.storing = new RunStore(lookup, puts, { sync: run.sync, host, computing: this.#computingIn(store) });
  }

  #computingIn(store: Store): Map<string, Future> {
    let computing = this.#computing.get(store);
    if (computing === undefined) {
      computing = new Map();
      this.#computing.set(store, computing);
    }
    return computing;
  }
}

/** The rest of the resolver as the store of one run sees it. */
class Host implements StoreHost {
  readonly pending: Set<Future>;
  readonly #parts: RunStoresParts;
  readonly #run: Run;
  readonly #provenance: Provenance;

  constructor(
    parts: RunStoresParts,
    run: Run,
    { provenance, pending }: { readonly provenance: Provenance; readonly pending: Set<Future> },
  ) {
    this.#parts = parts;
    this.#run = run;
    this.#provenance = provenance;
    this.pending = pending;
  }

  now(): number {
    return this.#parts.now();
  }

  loaded(future: Future, entry: StoredEntry): void {
    this.#run.observer?.cached(future);
    if (entry.hasNodes) this.#provenance.loaded(future, entry.facts().nodes ?? []);
  }

  begin(task: number, future: Future): void {
    this.#parts.table.scheduler.start(task);
    setState(future, RUNNING);
  }

  end(task: number, future: Future, result: unknown): void {
    this.#parts.completion.complete(task, future, result, undefined);
    this.#parts.wake(this.#run);
  }

  dependsOn(holder: Future, future: Future): boolean {
    return dependsOn(this.#parts.table, holder, future);
  }

  drop(future: Future, value: unknown): void {
    if ((future._flags & STATE_BITS) === DONE) return; // it has another value by now
    const { ledger } = this.#parts.table;
    ledger.hold(future, value);
    ledger.drop(future, true);
  }

  fail(task: number, error: unknown): void {
    this.#parts.completion.fail(task, error instanceof DagError ? codedFailure(error) : bodyFailure(error));
  }

  requeue(task: number): void {
    this.#parts.table.scheduler.requeue(task);
    this.#parts.wake(this.#run);
  }
}

/** Whether a call waits for another: that was made in its body, or is needed for what its body has ended in. */
function dependsOn({ scheduler }: TaskTable, holder: Future, future: Future): boolean {
  for (let parent = future._parent; parent !== undefined; parent = parent._parent) if (parent === holder) return true;
  if (holder._slot === -1 || future._slot === -1) return false;
  const met = new Set([future._slot]);
  for (const task of met) {
    if (task === holder._slot) return true;
    scheduler.eachDependent(task, (dependent) => met.add(dependent));
  }
  return false;
}
