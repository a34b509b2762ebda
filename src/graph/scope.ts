import { AsyncLocalStorage } from 'node:async_hooks';
import type { Future } from './future.js';
import type { Graph } from './graph.js';

/**
 * Where a call is made: inside `graph.run()` (a Graph, no parent), inside the body of another call (its parent), or, with
 * neither, nowhere in particular. Synchronous bodies of one stretch share a scope that is set anew for each, since none
 * of them can be asked for it after it has ended; a body that goes on after its return keeps the scope for itself.
 */
export class Scope {
  graph: Graph | undefined;
  /** The call whose body is running. */
  parent: Future | undefined;
  /** The run that started the body, for `resolve()` and `currentCall()` inside it; only resolve/ knows its type. */
  run: object | undefined;
  /** Which attempt this is, from 1. */
  attempt = 1;
  /** Calls made in the body remember where they were made. */
  capturesCallSites = false;
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
  /** Of a scope of `graph.run()` inside a body: the body's own scope, which knows what the body does. */
  body: Scope | undefined = undefined;
  /** Something outside holds the scope, so that it must not be set anew for another body. */
  kept = false;

  constructor(graph: Graph | undefined, parent: Future | undefined, run: object | undefined) {
    this.graph = graph;
    this.parent = parent;
    this.run = run;
  }

  /** A scope inside this one whose calls belong to `graph`. */
  inside(graph: Graph): Scope {
    const inner = new Scope(graph, this.parent, this.run);
    inner.body = bodyOf(this);
    inner.body.kept = true;
    inner.capturesCallSites = graph.debug || this.capturesCallSites;
    return inner;
  }
}

/** The scope that knows what the running body does: the scope itself, unless it is that of a `graph.run()` inside. */
export function bodyOf(scope: Scope): Scope {
  return scope.body ?? scope;
}

/** Carries the current scope, also across `await`. */
export const currentScope = new AsyncLocalStorage<Scope | undefined>();

/**
 * Reading an AsyncLocalStorage costs more than making a call outside any scope. While nobody can be inside one, because
 * no run lives and no Graph was entered, it is not read.
 */
class ScopeUse {
  #users = 0;

  /** Scopes may be current from now on, until `leave`. */
  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
  }

  /** The current scope. */
  current(): Scope | undefined {
    return this.#users === 0 ? undefined : currentScope.getStore();
  }
}

/** Who is inside scopes on this thread. */
export const scopes = new ScopeUse();
