import { DagError } from '../../errors.js';
import { choiceRule, type OptionRules } from '../../graph/option-rules.js';
import { describeOption } from '../../graph/options.js';
import type { StructDefinition } from '../../memory/struct/definition.js';
import { Struct } from '../../memory/struct/struct.js';
import type { Outlet, Received } from '../component/component.js';
import { component } from '../component/decorator.js';
import { parameters, type Parametrized } from '../component/parameters.js';
import { Router } from '../component/router.js';
import { Integrals } from './integrals.js';
import { checkOptionsOf, positive } from './rules.js';

/** Options of {@link Integrate}. */
export interface IntegrateOptions {
  /** Seconds that each record stands for; 1 makes sums. Default: those since the record before. */
  readonly dt?: number;
  /** Name of the field with the time in seconds, which is handed on as it is. Default: the time of the firing. */
  readonly time?: string;
  /**
   * `rectangular`, the default: a value holds for the time since the one before. `trapezoid`: the mean of the two does, so
   * that the first record adds nothing.
   */
  readonly method?: 'rectangular' | 'trapezoid';
}

const rules: OptionRules<IntegrateOptions> = {
  dt: positive,
  time: { expected: 'the name of a field', allows: (value) => typeof value === 'string' },
  method: choiceRule('rectangular', 'trapezoid'),
};

const controls = parameters({ reset: { initial: 0, min: 0, max: 1 } });

/**
 * Integrates every number and array of a record over time, inner structs included, and emits the integrals as a record of
 * the same struct. Adds in double precision; bools and 64-bit integers are handed on as they are. Without `dt` the first
 * record begins the time and adds nothing. The parameter `reset` at 1 makes the next firing begin at 0, and is set back.
 */
export class Integrate<Definition extends StructDefinition>
  extends Router<[Struct<Definition>], Struct<Definition>>
  implements Parametrized<typeof controls>
{
  /** The parameter: `controls.struct` is the output of a component that sets it. */
  static readonly controls = controls;
  readonly parameters = controls.values();
  readonly output: Struct<Definition>;
  /** What the parent must give. */
  readonly inputs: readonly [Struct<Definition>];
  readonly #options: IntegrateOptions;
  readonly #integrals: Integrals;
  #lastAt: number | undefined;

  /** @throws DAG_OPTION */
  constructor(record: Struct<Definition>, options: IntegrateOptions = {}) {
    super();
    const given: unknown = record;
    if (!(given instanceof Struct)) {
      throw new DagError('DAG_OPTION', { message: `Integrate takes a struct, got ${describeOption(given)}.` });
    }
    checkOptionsOf(options, { subject: 'Integrate', rules });
    const { time, dt, method } = options;
    const field = record.fields.find(({ name }) => name === time);
    if (time !== undefined && (dt !== undefined || field?.kind !== 'scalar')) {
      throw new DagError('DAG_OPTION', {
        message:
          dt === undefined
            ? `Integrate: \`time\` must name a field that is a number, got ${describeOption(time)}.`
            : 'Integrate: `dt` and `time` both say how long a record stands.',
      });
    }
    this.output = record;
    this.inputs = [record];
    this.#options = options;
    this.#integrals = new Integrals(record, { trapezoid: method === 'trapezoid', time });
  }

  compute(value: Received<Struct<Definition>>, out: Outlet<Struct<Definition>>): void {
    if (this.parameters.reset !== 0) {
      this.parameters.reset = 0;
      this.#integrals.reset();
      this.#lastAt = undefined;
    }
    this.#integrals.add(value, { seconds: this.#step(value), out: out as object }); // a record
  }

  /** How long a record stands; undefined for the first one where only the time between two is known. */
  #step(value: object): number | undefined {
    const { dt, time } = this.#options;
    if (dt !== undefined) return dt;
    const now = time === undefined ? performance.now() / 1000 : Number((value as Record<string, unknown>)[time]); // a number, as was seen
    const before = this.#lastAt;
    this.#lastAt = now;
    return before === undefined ? undefined : now - before;
  }
}

component({ module: import.meta.url })(Integrate);
