import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import { component } from '../component/decorator.js';
import { skip } from '../component/emission.js';
import { Router } from '../component/router.js';
import { checkOptionsOf } from './rules.js';
import { passingRules, type PassingOptions, type ValueType } from './values.js';

/** Lets the first value pass, and from there on every nth. Connect it by a `queue`, or values are left out before it. */
export class EveryNth extends Router<[unknown]> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  /** What the parent must give. */
  readonly inputs: readonly ValueType[];
  readonly #n: number;
  #count = 0;

  /** @param n a whole number of at least 1. @throws DAG_OPTION */
  constructor(n: number, options: PassingOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'EveryNth', rules: passingRules });
    if (!Number.isInteger(n) || n < 1) {
      throw new DagError('DAG_OPTION', {
        message: `EveryNth: \`n\` must be a whole number of at least 1, got ${describeOption(n)}.`,
      });
    }
    this.output = options.output ?? 'any';
    this.inputs = [this.output];
    this.#n = n;
  }

  compute(value: unknown): unknown {
    const passes = this.#count === 0;
    this.#count = (this.#count + 1) % this.#n;
    return passes ? value : skip;
  }
}

component({ module: import.meta.url })(EveryNth);
