import type { Future } from '../../graph/future.js';
import { currentScope, Scope } from '../../graph/scope.js';
import { abortScope } from '../../graph/abort.js';

/** The scope of a body that a pipeline runs on this thread. */
export class BodyScope extends Scope {
  /** Whose body it is. */
  readonly owner: object;
  readonly #scopes: BodyScopes;

  constructor(call: Future, { owner, scopes }: { readonly owner: object; readonly scopes: BodyScopes }) {
    super(undefined, call, undefined);
    this.owner = owner;
    this.#scopes = scopes;
  }

  /** Whether its body has not come to its end. */
  get runs(): boolean {
    return this.#scopes.runs(this);
  }
}

/**
 * The scopes of the bodies that a pipeline runs on this thread. Bodies that end at once share one, which is set anew for
 * each; one that goes on after its return keeps its own.
 */
export class BodyScopes {
  /** Whose bodies they are. */
  readonly #owner: object;
  #shared: Scope | undefined;
  /** What was current when the stretch began. */
  #outer: Scope | undefined;
  #entered = false;
  /** Of bodies that wait for a promise. */
  readonly #waiting = new Set<Scope>();

  constructor(owner: object) {
    this.#owner = owner;
  }

  /** Whether the body of a scope has not come to its end. */
  runs(scope: Scope): boolean {
    return this.#waiting.has(scope) || (this.#entered && scope === this.#shared);
  }

  /** The scope of a body that is about to run. */
  scopeFor(call: Future): Scope {
    let scope = this.#shared;
    if (scope === undefined || scope.kept) {
      scope = new BodyScope(call, { owner: this.#owner, scopes: this });
      this.#shared = scope;
      this.#enter(scope);
      return scope;
    }
    if (!this.#entered) this.#enter(scope);
    scope.parent = call;
    scope.made = undefined;
    scope.effects = undefined;
    return scope;
  }

  #enter(scope: Scope): void {
    if (!this.#entered) this.#outer = currentScope.getStore();
    this.#entered = true;
    currentScope.enterWith(scope);
  }

  /** Ends a stretch of bodies: whoever called is in its own scope again. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    if (this.#shared?.kept === false) this.#shared.parent = undefined;
    currentScope.enterWith(this.#outer);
    this.#outer = undefined;
  }

  /** A body waits for a promise. */
  keep(scope: Scope): void {
    scope.kept = true;
    this.#waiting.add(scope);
  }

  /** A body that waited has ended. */
  drop(scope: Scope): void {
    this.#waiting.delete(scope);
  }

  /** Tells the bodies that wait that they are not wanted any more. */
  abort(reason: unknown): void {
    for (const scope of this.#waiting) abortScope(scope, reason);
    this.#waiting.clear();
  }
}
