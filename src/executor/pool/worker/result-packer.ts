import { DagError, describeThrown, messageOf } from '../../../errors.js';
import { eachFuture, holdsFuture } from '../../../graph/containers.js';
import { Future } from '../../../graph/future.js';
import { notTaken } from '../../../graph/call.js';
import { specOf } from '../../../graph/node.js';
import type { Scope } from '../../../graph/scope.js';
import type { NodeSpec } from '../../../graph/spec.js';
import type { PackContext } from '../../../memory/payload/context.js';
import { pack } from '../../../memory/payload/pack.js';
import { packThrown } from '../../../memory/payload/thrown.js';
import { CALL_REFERENCE, packCalls } from '../calls.js';
import { CALLED, FAILED, UNSENDABLE } from '../messages.js';
import { moduleUrl, notInModule, placeWords } from '../node-addresses.js';
import type { NodeFinder } from './node-finder.js';
import { WorkerMemory } from './worker-memory.js';

/** What a private member says that is missed in an object which is no instance: the engine's words, and those of compilers. */
const PRIVATE =
  /private (member|field|name|method|static)|class did not declare|Receiver must be (an instance of )?class/i;

/** Packs what bodies return and throw. */
export class ResultPacker {
  readonly #finder: NodeFinder;
  readonly #memory = new WorkerMemory();
  #bytes = 0;
  readonly #plain: PackContext;

  constructor(finder: NodeFinder) {
    this.#finder = finder;
    this.#plain = {
      memory: this.#memory,
      subject: 'The result',
      special: (element) => this.#packNode(element),
      counted: (bytes) => {
        this.#bytes += bytes;
      },
    };
  }

  /** Whether a result can be left on the thread: nobody has to do anything for it. */
  canStay(result: unknown, scope: Scope): boolean {
    return scope.effects === undefined && scope.made === undefined && !holdsFuture(result);
  }

  /** The word for what a body returned. */
  pack(result: unknown, scope: Scope): unknown {
    const made = scope.made !== undefined || scope.effects !== undefined;
    if (
      !made &&
      (typeof result !== 'object' || result === null) &&
      typeof result !== 'function' &&
      typeof result !== 'symbol'
    )
      return result;
    let word: unknown;
    try {
      word = made || holdsFuture(result) ? this.#packCalled(result, scope) : pack(result, this.#plain);
    } catch (error) {
      word = this.#unsendable(error);
    }
    this.#memory.give(word);
    return word;
  }

  /** A result with calls in it, and the calls that were made for their effect, or that nobody took. */
  #packCalled(result: unknown, scope: Scope): unknown {
    const { made, effects = [] } = scope;
    const left = made === undefined ? [] : notTaken(made instanceof Future ? [made] : made);
    const positions = new Map<Future, number>();
    const context: PackContext = {
      ...this.#plain,
      special: (element) =>
        element instanceof Future ? [CALL_REFERENCE, positions.get(element) ?? -1] : this.#packNode(element),
    };
    const addressOf = (spec: NodeSpec): unknown => this.#addressOf(spec);
    const returned: Future[] = [];
    eachFuture(result, (future) => returned.push(future));
    const calls = packCalls([...effects, ...returned, ...left], { context, addressOf, positions });
    return [CALLED, pack(result, context), calls];
  }

  #packNode(element: object): readonly unknown[] | undefined {
    const spec = specOf(element);
    if (spec === undefined) return undefined;
    const { identity } = spec;
    return [0, ...placeWords(identity)];
  }

  #addressOf(spec: NodeSpec): unknown {
    const { identity } = spec;
    const number = this.#finder.numberOf(spec);
    if (number !== undefined) return number;
    const module = moduleUrl(identity.script);
    if (module === undefined || identity.inBody)
      throw notInModule(`${identity.name} was defined in the body of another`);
    return placeWords(identity);
  }

  #unsendable(error: unknown): unknown {
    if (error instanceof DagError) return [UNSENDABLE, error.code, messageOf(error)];
    return [UNSENDABLE, 'DAG_CANNOT_TRAVEL', `The result cannot be sent: ${describeThrown(error)}.`];
  }

  /** The word for what a body threw; `rebuilt`: its `this` is an object that was put together here. */
  failure(thrown: unknown, rebuilt = false): unknown {
    const code =
      rebuilt && thrown instanceof TypeError && PRIVATE.test(thrown.message) ? 'DAG_INSTANCE_STATE' : undefined;
    const coded = thrown instanceof DagError && thrown.code === 'DAG_INSTANCE_STATE' ? thrown.code : code;
    const word = [FAILED, this.#packThrown(thrown), coded];
    this.#memory.give(word);
    return word;
  }

  /** What was thrown, as far as it can travel. */
  packThrown(thrown: unknown): unknown {
    const packed = this.#packThrown(thrown);
    this.#memory.give([FAILED, packed]);
    return packed;
  }

  #packThrown(thrown: unknown): unknown {
    const context = { memory: this.#memory, subject: 'The error' };
    try {
      return packThrown(thrown, context);
    } catch {
      // An error that cannot travel as it is must be told all the same.
      return pack(new Error(describeThrown(thrown)), context);
    }
  }

  /** Bytes of buffers packed since the last call. */
  takeBytes(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }

  /** Nothing more is put beside what was packed so far. */
  seal(): void {
    this.#memory.seal();
  }
}
