import { AsyncLocalStorage } from 'node:async_hooks';
import type { Future } from './future.js';
import type { Graph } from './graph.js';

/**
 * Where a call is made: inside `graph.run()` (a Graph, no parent) or inside the body of another call (its parent).
 * One is made for every body that runs, so it holds no more than is always needed.
 */
export class Scope {
  readonly graph: Graph | undefined;
  /** The call whose body is running. */
  readonly parent: Future | undefined;
  /** The run that started the body, for `resolve()` and `currentCall()` inside it; only resolve/ knows its type. */
  readonly run: object | undefined;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Calls made in the body remember where they were made. */
  readonly capturesCallSites: boolean;
  /** Calls made in the body and not taken by another call so far; one, or several. */
  made: Future | Future[] | undefined = undefined;
  /** Effects made in the body. */
  effects: Future[] | undefined = undefined;
  /** Aborts the body's signal; made when the body asks for the signal. */
  controller: AbortController | undefined = undefined;
  /** The body's call was aborted; what the body still does is of no use. */
  aborted = false;
  /** Why it was. */
  abortReason: unknown = undefined;

  // Positional: one scope is made per body, and an options object would be a second allocation.
  constructor(
    graph: Graph | undefined,
    parent: Future | undefined,
    run: object | undefined,
    attempt: number,
    capturesCallSites: boolean,
  ) {
    this.graph = graph;
    this.parent = parent;
    this.run = run;
    this.attempt = attempt;
    this.capturesCallSites = capturesCallSites;
  }
}

/** Carries the current scope, also across `await`. */
export const currentScope = new AsyncLocalStorage<Scope | undefined>();
