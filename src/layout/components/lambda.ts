import type { OptionRules } from '../../graph/option-rules.js';
import { component } from '../component/decorator.js';
import { Router } from '../component/router.js';
import { checkOptionsOf } from './rules.js';
import { inputsRule, bodyOption, fireBy, structRule, type AnyFunction, type ValueType } from './values.js';

/** Options of {@link Lambda}. */
export interface LambdaOptions {
  /** Struct of what it emits: the function fills the record that it is given last, or returns one. Default 'any': what it returns. */
  readonly output?: ValueType;
  /** What its parents must give, in the order in which they are connected. Default: whatever they give. */
  readonly inputs?: readonly ValueType[];
}

const rules: OptionRules<LambdaOptions> = { output: structRule, inputs: inputsRule };

/**
 * A router that is a function: it is called with the values of the parents, and with the record to fill where `output` is
 * a struct; what it returns is emitted, as from `compute`. A plain function in inline contexts, a node anywhere, whose body
 * is called.
 */
export class Lambda extends Router {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  /** What the parents must give. */
  readonly inputs: readonly ValueType[] | undefined;

  /** @throws DAG_OPTION */
  constructor(fn: AnyFunction, options: LambdaOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Lambda', rules });
    this.output = options.output ?? 'any';
    this.inputs = options.inputs;
    fireBy(this, bodyOption(fn, 'Lambda'));
  }

  /** The function. */
  declare compute: (...values: readonly unknown[]) => unknown;
}

component({ module: import.meta.url })(Lambda);
