import { DagError, describeThrown } from '../errors.js';
import { describeOption } from '../graph/options.js';
import { Placeholder } from './placeholder.js';

/** What a parameter allows. */
export interface ParameterOptions<T> {
  /** Whether a value is allowed; one that throws says why it is not. Default: every value is. */
  readonly validate?: (value: T) => boolean;
}

/** A value that steps of pipelines read, and that can be changed while they run. */
export class Parameter<T> extends Placeholder<T> {
  readonly name: string;
  /** The value that runs begin with. */
  readonly initial: T;
  readonly #validate: ((value: T) => boolean) | undefined;

  /** @internal */
  constructor(name: string, initial: T, { validate }: ParameterOptions<T>) {
    super(name);
    this.name = name;
    this.#validate = validate;
    this.initial = initial;
    this.check(initial);
  }

  /** Refuses a value that is not allowed. @throws DAG_PARAMETER */
  check(value: T): void {
    if (this.#validate === undefined) return;
    let allowed: boolean;
    try {
      allowed = this.#validate(value);
    } catch (cause) {
      throw new DagError('DAG_PARAMETER', {
        message: `The parameter ${this.name} does not allow ${describeOption(value)}: ${describeThrown(cause)}.`,
        cause,
      });
    }
    if (allowed) return;
    throw new DagError('DAG_PARAMETER', {
      message: `The parameter ${this.name} does not allow ${describeOption(value)}.`,
    });
  }
}

/** A value that steps of pipelines read, and that is fixed when a run begins: its option `config` gives it. */
export class Config<T> extends Parameter<T> {}

/**
 * A value that can be set while a pipeline runs: `running.set(name, value)`. Use it as an argument of calls in the
 * function of the pipeline. Every item sees one value, in every step and replica.
 *
 * @throws DAG_PARAMETER when `initial` is not allowed.
 */
export function parameter<T>(name: string, initial: T, options: ParameterOptions<T> = {}): Parameter<T> {
  return new Parameter(name, initial, options);
}

/**
 * A value that is fixed when a run begins: `run(source, { config: { [name]: value } })`. Calls that depend on nothing else
 * are made once, when the run begins.
 *
 * @throws DAG_PARAMETER when `initial` is not allowed.
 */
export function config<T>(name: string, initial: T, options: ParameterOptions<T> = {}): Config<T> {
  return new Config(name, initial, options);
}
