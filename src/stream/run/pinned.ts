import { randomUUID } from 'node:crypto';
import type { Bond } from '../../graph/bond.js';
import { call } from '../../graph/call.js';
import type { Future } from '../../graph/future.js';
import { specOf } from '../../graph/node.js';
import { currentScope } from '../../graph/scope.js';
import type { NodeSpec } from '../../graph/spec.js';
import type { Recipe } from '../transform.js';
import type { Calls, Settled } from './calls.js';
import { advance, drop, putBack, save, type PinnedStep } from './pinned-nodes.js';
import { packRecipe } from './recipe-parcel.js';

/**
 * The state of a transform on one thread of a pool. Its steps are calls of one bond, so that they come to that thread in
 * their order; many may be under way.
 */
export class Pinned {
  readonly #calls: Calls;
  readonly #recipe: Recipe;
  readonly #bond: Bond;
  /** What the thread calls it. */
  readonly #state = randomUUID();
  readonly #advance: NodeSpec;
  /** The thread knows how to make it, as far as is known. */
  #told = false;

  constructor(recipe: Recipe, { calls, bond }: { readonly calls: Calls; readonly bond: Bond }) {
    this.#calls = calls;
    this.#bond = bond;
    this.#recipe = recipe;
    this.#advance = this.#bonded(advance);
  }

  #bonded(node: unknown): NodeSpec {
    const spec = specOf(node);
    if (spec === undefined) throw new TypeError('not a node');
    return spec.bonded(this.#bond);
  }

  #describe(epoch: number): PinnedStep {
    const parcel = this.#told ? undefined : packRecipe(this.#recipe);
    this.#told = true;
    return { state: this.#state, epoch, parcel };
  }

  /** Lets a chunk go through it. */
  step(epoch: number, chunk: unknown, { done, failed }: Settled): void {
    this.#run(this.#advance, [this.#describe(epoch), chunk], {
      done,
      failed: (thrown) => {
        // If its thread has ended, another one must be told.
        this.#told = false;
        failed(thrown);
      },
    });
  }

  #run(spec: NodeSpec, args: readonly unknown[], settled: Settled): void {
    // Made as a call, so that its bond counts it, and outside of whatever body is current.
    const future = currentScope.run(undefined, () => call(spec, undefined, args)) as Future; // of one output
    this.#calls.run(future, settled);
  }

  /** The state as plain data; undefined while it has not begun. @throws DAG_SNAPSHOT */
  save(): Promise<unknown> {
    return new Promise((done, failed) => {
      this.#run(this.#bonded(save), [this.#state], { done, failed });
    });
  }

  /** Puts a state back that {@link save} gave, before the next step. */
  restore(saved: unknown): void {
    if (saved === undefined) return;
    const { state } = saved as { readonly state: unknown }; // as `save` gave it
    // What goes wrong here is told by the first step: without a state that is told on its own, it fails.
    this.#run(this.#bonded(putBack), [this.#describe(0), state], {
      done: () => undefined,
      failed: () => (this.#told = false),
    });
  }

  /** It is not needed any more. */
  close(): void {
    const end = (): void => {
      this.#bond.end();
    };
    if (this.#told) this.#run(this.#bonded(drop), [this.#state], { done: end, failed: end });
    else end();
  }
}
