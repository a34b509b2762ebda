import { isThenable } from '../../executor/thenable.js';
import { component } from '../component/decorator.js';
import { Router } from '../component/router.js';
import { checkOptionsOf } from './rules.js';
import { bodyOption, passingRules, type AnyFunction, type PassingOptions, type ValueType } from './values.js';

/**
 * Calls a function with each value, waits for it, and hands the value on as it is; what the function returns is of no
 * account. A plain function in inline contexts, a node anywhere.
 */
export class Tap extends Router<[unknown]> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  /** What the parent must give. */
  readonly inputs: readonly ValueType[];
  readonly #call: (value: unknown) => unknown;

  /** @throws DAG_OPTION */
  constructor(fn: AnyFunction, options: PassingOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Tap', rules: passingRules });
    this.output = options.output ?? 'any';
    this.inputs = [this.output];
    this.#call = bodyOption(fn, 'Tap');
  }

  compute(value: unknown): unknown {
    const called = this.#call(value);
    return isThenable(called) ? Promise.resolve(called).then(() => value) : value;
  }
}

component({ module: import.meta.url })(Tap);
