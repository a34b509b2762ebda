import type { Future } from '../../graph/future.js';
import { RUNNING, setState } from '../../graph/future.js';
import type { StoredEntry } from '../../graph/store.js';
import { codedFailure, bodyFailure } from '../failure.js';
import { DagError } from '../../errors.js';
import type { Completion } from '../completion.js';
import type { Run } from '../run.js';
import type { TaskTable } from '../task-table.js';
import { Lookup, neededBook } from './lookup.js';
import { Provenance } from './provenance.js';
import { Puts } from './puts.js';
import { RunStore } from './run-store.js';

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
  /** Calls that are being read, or that somebody else computes. */
  readonly #pending = new Set<Future>();

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

  /** Gives a run what it needs of its store, which is open. */
  join(run: Run): void {
    const { store } = run.options;
    if (store === undefined) return;
    const { table, completion, now, wake } = this.#parts;
    const provenance = (table.provenance ??= new Provenance(table.scheduler));
    const lookup = new Lookup(store, neededBook());
    const options =
      run.session === undefined ? {} : { run: (call: Future): Promise<unknown> => this.#parts.resolve(call, run) };
    const host = {
      now,
      pending: this.#pending,
      loaded: (future: Future, entry: StoredEntry): void => {
        run.observer?.cached(future);
        if (entry.hasNodes) provenance.loaded(future, entry.facts().nodes ?? []);
      },
      begin: (task: number, future: Future): void => {
        table.scheduler.start(task);
        setState(future, RUNNING);
      },
      end: (task: number, future: Future, result: unknown): void => {
        completion.complete(task, future, result, undefined);
        wake(run);
      },
      fail: (task: number, error: unknown): void => {
        completion.fail(task, error instanceof DagError ? codedFailure(error) : bodyFailure(error));
      },
      requeue: (task: number): void => {
        table.scheduler.requeue(task);
        wake(run);
      },
    };
    run.storing = new RunStore(lookup, new Puts(lookup, table.ledger, options), { sync: run.sync, host });
  }
}
