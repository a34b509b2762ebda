import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import { component } from '../component/decorator.js';
import { Provisional, skip } from '../component/emission.js';
import { Router } from '../component/router.js';
import { pauseUntil } from './pause.js';
import { checkOptionsOf, milliseconds } from './rules.js';
import { passingRules, type PassingOptions, type ValueType } from './values.js';

/**
 * Lets at most one value pass in a time. One that comes too early waits until the time is over, and is dropped if a newer
 * one has come by then, so that the last value before a silence is never lost. Connected by `latest`, the default, it
 * gives the newest; a `queue` into it makes its parent wait.
 */
export class Throttle extends Router<[unknown]> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  /** What the parent must give. */
  readonly inputs: readonly ValueType[];
  readonly #interval: number;
  /** When the next value may pass, by `performance.now()`. */
  #next = -Infinity;

  /** @param interval milliseconds from one value to the next. @throws DAG_OPTION */
  constructor(interval: number, options: PassingOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Throttle', rules: passingRules });
    if (!milliseconds.allows(interval)) {
      throw new DagError('DAG_OPTION', {
        message: `Throttle: the interval must be ${milliseconds.expected}, got ${describeOption(interval)}.`,
      });
    }
    this.output = options.output ?? 'any';
    this.inputs = [this.output];
    this.#interval = interval;
  }

  compute(value: unknown): unknown {
    return performance.now() < this.#next ? this.#later(value) : this.#pass(value);
  }

  async #later(value: unknown): Promise<unknown> {
    await pauseUntil(this.#next, this.signal);
    return this.signal.aborted ? skip : new Provisional(() => this.#pass(value));
  }

  #pass(value: unknown): unknown {
    this.#next = performance.now() + this.#interval;
    return value;
  }
}

component({ module: import.meta.url })(Throttle);
