import { randomUUID } from 'node:crypto';
import { Bond } from '../../graph/bond.js';
import { call } from '../../graph/call.js';
import type { Future } from '../../graph/future.js';
import { specOf } from '../../graph/node.js';
import { currentScope } from '../../graph/scope.js';
import type { NodeSpec } from '../../graph/spec.js';
import type { Recipe } from '../transform.js';
import type { Calls, Settled } from './calls.js';
import { hasRun, lossOf, ownError, stateError } from './pinned-errors.js';
import { advance, drop, putBack, saveAll, saveOnly, type KeptAddress, type Measured } from './pinned-nodes.js';
import { packRecipe } from './recipe-parcel.js';
import type { PinnedTimes } from './stage-times.js';

/** A chunk on its way through a state. */
export interface PinnedChunk {
  readonly epoch: number;
  /** Which of the states of the thread. */
  readonly state: number;
  readonly chunk: unknown;
  readonly settled: Settled;
}

/** What works on a thread are made for. */
export interface PinnedParts {
  readonly recipe: Recipe;
  readonly calls: Calls;
  readonly times: PinnedTimes;
}

/**
 * The states of a transform on one thread of a pool. Its steps are calls of one bond, so that they come to that thread in
 * their order; many may be under way. When the thread ends, the item fails that it worked on, or else the first one to
 * come to the next thread; those behind it that had not begun are sent again, in their order, before any others.
 */
export class Pinned {
  readonly #parts: PinnedParts;
  readonly #bond = new Bond();
  /** What the thread calls its states. */
  readonly #name = randomUUID();
  readonly #advance: NodeSpec;
  /** The thread knows how to make them, as far as is known. */
  #known = false;
  /** There may be states on some thread: they have to be dropped. */
  #begun = false;
  #closed = false;
  #sent = 0;
  #underWay = 0;
  /** The thread does not know the states, and an item has failed by that. */
  #lost = false;
  /** What is to be sent when all that was sent to a thread that has ended has come back. */
  #held: { readonly place: number; readonly step: PinnedChunk }[] = [];

  constructor(parts: PinnedParts) {
    this.#parts = parts;
    this.#advance = this.#bonded(advance);
  }

  #bonded(node: unknown): NodeSpec {
    const spec = specOf(node);
    if (spec === undefined) throw new TypeError('not a node');
    return spec.bonded(this.#bond);
  }

  #address(epoch: number): KeptAddress {
    const parcel = this.#known ? undefined : packRecipe(this.#parts.recipe);
    this.#known = true;
    this.#begun = true;
    return { name: this.#name, epoch, parcel };
  }

  /** Lets a chunk go through a state. */
  step(step: PinnedChunk): void {
    const place = this.#sent;
    this.#sent += 1;
    if (this.#lost || this.#held.length > 0) this.#held.push({ place, step });
    else this.#send(step, place);
  }

  #send(step: PinnedChunk, place: number): void {
    const { epoch, state: number, chunk, settled } = step;
    const { times } = this.#parts;
    const measured = times.measuresNext();
    const { name, parcel } = this.#address(epoch);
    this.#underWay += 1;
    this.#run(this.#advance, [chunk, number, measured, name, epoch, parcel], {
      done: (given, future) => {
        this.#underWay -= 1;
        if (!measured) settled.done(given, future);
        else {
          const { value, milliseconds } = given as Measured; // as was asked for
          times.took(milliseconds);
          // The call stands for the value alone from now on, so that whoever takes it takes its memory over.
          if (future !== undefined) future._value = value;
          settled.done(value, future);
        }
        this.#goOn();
      },
      failed: (thrown) => {
        this.#underWay -= 1;
        // What says how the states are made may not have come to the thread, and others rely on it.
        if (parcel !== undefined && !hasRun(thrown)) this.#forgetThread();
        if (!this.#waitsAgain(thrown, { place, step })) settled.failed(ownError(thrown));
        this.#goOn();
      },
    });
  }

  /** Whether a step that failed had not begun and is to be sent again. */
  #waitsAgain(thrown: unknown, again: { readonly place: number; readonly step: PinnedChunk }): boolean {
    const loss = lossOf(thrown);
    if (loss === undefined || this.#closed) return false;
    // Somebody has to hear of it, if it was no item of these that ended the thread.
    const told = this.#lost;
    this.#forgetThread();
    if (loss === 'ran' || !told) return false;
    this.#held.push(again);
    return true;
  }

  /** The next thread has to be told how the states are made, before anything else. */
  #forgetThread(): void {
    this.#known = false;
    this.#lost = true;
  }

  #goOn(): void {
    if (!this.#lost || this.#underWay > 0) return;
    this.#lost = false;
    this.#held.sort((one, other) => one.place - other.place);
    // One that fails at once may bring others, or lets this be called again: they all stay in their order.
    while (!this.#isLost) {
      const next = this.#held.shift();
      if (next === undefined) return;
      this.#send(next.step, next.place);
    }
  }

  get #isLost(): boolean {
    return this.#lost;
  }

  #run(spec: NodeSpec, args: readonly unknown[], settled: Settled): void {
    // Made as a call, so that its bond counts it, and outside of whatever body is current.
    const future = currentScope.run(undefined, () => call(spec, undefined, args)) as Future; // of one output
    this.#parts.calls.run(future, settled);
  }

  #ask(node: unknown, args: readonly unknown[]): Promise<unknown> {
    return new Promise((done, failed) => {
      this.#run(this.#bonded(node), args, {
        done,
        failed: (thrown) => {
          if (lossOf(thrown) !== undefined) this.#known = false;
          failed(stateError(thrown));
        },
      });
    });
  }

  /** The only state as plain data, behind the resets until now. @throws DAG_SNAPSHOT */
  saveOnly(epoch: number): Promise<unknown> {
    return this.#ask(saveOnly, [this.#address(epoch)]);
  }

  /** The states of keys that have begun, with their numbers. @throws DAG_SNAPSHOT */
  async saveAll(epoch: number): Promise<readonly (readonly [number, unknown])[]> {
    if (!this.#begun) return [];
    return (await this.#ask(saveAll, [this.#address(epoch)])) as readonly (readonly [number, unknown])[]; // as `saveAll` gives them
  }

  /** Puts states back, before the first step. @throws DAG_SNAPSHOT */
  async restore(saved: readonly (readonly [number, unknown])[]): Promise<void> {
    await this.#ask(putBack, [this.#address(0), saved]);
  }

  /** They are not needed any more: generators run their `finally`, behind what is under way. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = [];
    const end = (): void => {
      this.#bond.end();
    };
    if (this.#begun) this.#run(this.#bonded(drop), [this.#name], { done: end, failed: end });
    else end();
  }
}
