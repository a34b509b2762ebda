import type { OptionRules } from '../../graph/option-rules.js';
import { Struct } from '../../memory/struct/struct.js';
import type { AnyStruct, Emitted } from '../component/component.js';
import { component } from '../component/decorator.js';
import { done } from '../component/emission.js';
import { Emitter } from '../component/emitter.js';
import { pauseUntil } from './pause.js';
import { checkOptionsOf, milliseconds } from './rules.js';
import { emitted, typeOption, type ValuesOf, type ValueType } from './values.js';

/** Options of {@link Constant}. */
export interface ConstantOptions {
  /** Milliseconds from one value to the next; 0: whenever there is room. Default: one value, and that is all. */
  readonly every?: number;
}

const rules: OptionRules<ConstantOptions> = { every: milliseconds };

/**
 * Emits one value: once, which is for connections with `trigger: false` and for parameters, or again and again with
 * `every`. Times that were missed because there was no room are left out; the others keep to their times without drift.
 */
export class Constant<Type extends ValueType = 'any'> extends Emitter<ValuesOf<Type>> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  readonly #value: unknown;
  readonly #every: number | undefined;
  /** When the next value is due; undefined before the first. */
  #due: number | undefined;

  /**
   * @param type struct of the value, or `'any'`.
   * @param value a record's fields, the only number of one, or any value.
   * @throws DAG_OPTION
   */
  constructor(type: Type, value: unknown, options: ConstantOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Constant', rules });
    this.output = typeOption(type, 'Constant: the first argument');
    this.#value = type instanceof Struct && typeof value === 'object' && value !== null ? recordOf(type, value) : value;
    this.#every = options.every;
  }

  compute(): Emitted<ValuesOf<Type>> | Promise<Emitted<ValuesOf<Type>>> {
    const now = performance.now();
    if (this.#due === undefined) this.#due = now;
    else if (this.#every === undefined || this.signal.aborted) return done;
    if (this.#due > now) return this.#later(this.#due);
    return this.#now(now);
  }

  async #later(due: number): Promise<Emitted<ValuesOf<Type>>> {
    await pauseUntil(due, this.signal);
    return this.signal.aborted ? done : this.#now(performance.now());
  }

  #now(now: number): Emitted<ValuesOf<Type>> {
    const { output: type } = this;
    const every = this.#every ?? 0;
    const due = this.#due ?? now;
    this.#due = every === 0 ? now : due + every * Math.max(1, Math.ceil((now - due) / every));
    return emitted(this.#value, { type, subject: 'Constant' });
  }
}

component({ module: import.meta.url })(Constant);

/** A record in memory of its own, so that what is wrong with it shows at once. @throws DAG_OPTION */
function recordOf(struct: AnyStruct, value: object): unknown {
  const record = struct.allocate();
  struct.assign(record, value); // checked there
  return record;
}
