import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import type { OptionRules } from '../../graph/option-rules.js';
import { describeOption } from '../../graph/options.js';
import { bodyOfFunction } from '../../stream/function-body.js';
import { beginIterator, type AnyIterator } from '../../stream/run/iterator.js';
import type { Emitted } from '../component/component.js';
import { component } from '../component/decorator.js';
import { done } from '../component/emission.js';
import { Emitter } from '../component/emitter.js';
import { orAborted } from './pause.js';
import { checkOptionsOf } from './rules.js';
import { emitted, structRule, type AnyFunction, type ValuesOf, type ValueType } from './values.js';

/** Options of {@link FromIterable}. */
export interface FromIterableOptions<Type extends ValueType = 'any'> {
  /** Struct of the records that the iterable gives. Default 'any': values, which are copied. */
  readonly output?: Type;
}

const rules: OptionRules<FromIterableOptions<ValueType>> = { output: structRule };

/** What {@link FromIterable} iterates over: something that can be, or a function or node that gives it. */
export type IterableSource = Iterable<unknown> | AsyncIterable<unknown> | AnyFunction;

/**
 * Emits what an iterable gives, synchronous or not, then ends. The iterable is begun by the first firing and asked for a
 * value by each; when the layout ends before it does, it is closed (generators run their `finally`). Iterables and
 * functions cannot travel: on a thread give a node that makes one.
 */
export class FromIterable<Type extends ValueType = 'any'> extends Emitter<ValuesOf<Type>> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  readonly #source: IterableSource;
  #iterator: AnyIterator | undefined;
  /** It was asked for a value that has not come. */
  #asked = false;
  #over = false;

  /** @throws DAG_OPTION */
  constructor(source: IterableSource, options: FromIterableOptions<Type> = {}) {
    super();
    checkOptionsOf(options, { subject: 'FromIterable', rules });
    if (typeof source !== 'function' && !canIterate(source)) throw refusal(source);
    this.output = options.output ?? 'any';
    this.#source = source;
  }

  compute(): Emitted<ValuesOf<Type>> | Promise<Emitted<ValuesOf<Type>>> {
    if (this.#iterator !== undefined) return this.#next(this.#iterator);
    const made = typeof this.#source === 'function' ? bodyOfFunction(this.#source)?.(undefined) : this.#source;
    return isThenable(made) ? this.#beginLater(made) : this.#begin(made);
  }

  async #beginLater(made: PromiseLike<unknown>): Promise<Emitted<ValuesOf<Type>>> {
    const iterable = await orAborted(made, this.signal);
    return this.signal.aborted ? done : this.#begin(iterable);
  }

  #begin(made: unknown): Emitted<ValuesOf<Type>> | Promise<Emitted<ValuesOf<Type>>> {
    const iterator = beginIterator(made);
    if (iterator === undefined) throw refusal(made);
    this.#iterator = iterator;
    return this.#next(iterator);
  }

  #next(iterator: AnyIterator): Emitted<ValuesOf<Type>> | Promise<Emitted<ValuesOf<Type>>> {
    if (this.signal.aborted) return done;
    const result = iterator.next();
    if (isThenable(result)) return this.#later(result, (given) => this.#take(given));
    const value: unknown = result.value;
    // Synchronous iterables may give promises, as `for await` takes them.
    if (result.done !== true && isThenable(value)) return this.#later(value, (given) => this.#emitted(given));
    return this.#take(result);
  }

  async #later<Given>(
    promise: PromiseLike<Given>,
    take: (given: Given) => Emitted<ValuesOf<Type>>,
  ): Promise<Emitted<ValuesOf<Type>>> {
    this.#asked = true;
    const given = await orAborted(promise, this.signal);
    if (this.signal.aborted) return done;
    this.#asked = false;
    return take(given as Given); // undefined only where it was aborted
  }

  #take(result: IteratorResult<unknown>): Emitted<ValuesOf<Type>> {
    if (result.done !== true) return this.#emitted(result.value);
    this.#over = true;
    return done;
  }

  #emitted(value: unknown): Emitted<ValuesOf<Type>> {
    return emitted(value, { type: this.output, subject: 'FromIterable' });
  }

  /** Closes what has not come to its end. */
  async stop(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (this.#over || iterator === undefined) return;
    const closed = Promise.resolve(iterator.return?.());
    // An asynchronous generator closes behind what it was asked for, which may never come.
    if (this.#asked) closed.catch(() => undefined);
    else await closed;
  }
}

component({ module: import.meta.url })(FromIterable);

function canIterate(source: unknown): boolean {
  return typeof source === 'object' && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source);
}

function refusal(source: unknown): DagError {
  return new DagError('DAG_OPTION', {
    message: `FromIterable takes an iterable, or a function or node that gives one, got ${describeOption(source)}.`,
  });
}
