import { DagError } from '../../errors.js';
import { checkByRules, countRule } from '../../graph/option-rules.js';
import { describeOption } from '../../graph/options.js';
import type { Parameter } from '../parameter.js';
import type { Plan } from '../plan/plan.js';
import type { PipelineSnapshot } from './snapshot.js';

/** A new value of a parameter, for the items from one on. */
interface Change {
  readonly name: string;
  readonly slot: number;
  readonly value: unknown;
  readonly from: number;
}

/** The values of the parameters of a run: those that hold, and those whose turn has not come. */
export class Parameters {
  readonly #pipeline: string;
  readonly #known = new Map<string, { readonly slot: number; readonly parameter: Parameter<unknown> }>();
  readonly #values = new Map<string, unknown>();
  #changes: Change[] = [];

  constructor({ name, parameters }: Plan) {
    this.#pipeline = name;
    for (const { slot, given } of parameters) {
      this.#known.set(given.name, { slot, parameter: given });
      this.#values.set(given.name, given.initial);
    }
  }

  /** Whether some values have not had their turn. */
  get changing(): boolean {
    return this.#changes.length > 0;
  }

  /** Gives the name. @throws DAG_PARAMETER when there is no such parameter, or it does not allow the value; DAG_OPTION for `from`. */
  check(which: string | { readonly name: string }, value: unknown, from: number): string {
    const name = typeof which === 'string' ? which : which.name;
    const known = this.#known.get(name);
    if (known === undefined || (typeof which !== 'string' && known.parameter !== which)) {
      throw new DagError('DAG_PARAMETER', {
        message: `${this.#pipeline} has ${known === undefined ? 'no' : 'another'} parameter ${describeOption(name)}.`,
        remedy: this.#known.size === 0 ? 'It has none.' : `Its parameters are ${[...this.#known.keys()].join(', ')}.`,
      });
    }
    known.parameter.check(value);
    checkByRules({ from }, { subject: `set() of ${this.#pipeline}`, rules: { from: countRule(0) } });
    return name;
  }

  /** Sets what was checked, for the items from one on. */
  set(name: string, value: unknown, from: number): void {
    this.#changes.push(...this.#changesOf([{ name, value, from }]));
  }

  /** The values whose turn comes with an item, in the order in which they were set: they hold from now on. O(changes). */
  due(item: number): readonly Change[] {
    const due = this.#changes.filter(({ from }) => from <= item);
    if (due.length > 0) this.#changes = this.#changes.filter(({ from }) => from > item);
    for (const { name, value } of due) this.#values.set(name, value);
    return due;
  }

  /** Copies of the values that hold, for a snapshot. */
  save(): PipelineSnapshot['parameters'] {
    return structuredClone(Object.fromEntries(this.#values));
  }

  /** Copies of the values whose turn has not come, for a snapshot; `shift` is added to their items. */
  saveChanges(shift: number): NonNullable<PipelineSnapshot['changes']> {
    return this.#changes.map(({ from, name, value }) => ({
      name,
      value: structuredClone(value),
      from: from + shift,
    }));
  }

  /** Puts values of a snapshot back, before what was set in this run already. */
  restore({ parameters, changes = [] }: PipelineSnapshot): void {
    const current = Object.entries(parameters).map(([name, value]) => ({ name, value, from: 0 }));
    this.#changes.unshift(...this.#changesOf([...current, ...changes]));
  }

  /** Of parameters that there are. */
  #changesOf(values: readonly Omit<Change, 'slot'>[]): Change[] {
    return values.flatMap(({ name, value, from }) => {
      const known = this.#known.get(name);
      return known === undefined ? [] : [{ name, slot: known.slot, value, from }];
    });
  }
}
