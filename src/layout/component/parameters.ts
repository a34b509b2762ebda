import { DagError } from '../../errors.js';
import { checkIsOptions, describeOption } from '../../graph/options.js';
import { struct } from '../../memory/struct/define.js';
import type { FieldType, SourceOf, StructDefinition, StructView, ViewOf } from '../../memory/struct/definition.js';
import type { ScalarName } from '../../memory/struct/scalars.js';
import type { Struct } from '../../memory/struct/struct.js';

/** One parameter: a number with its bounds, or an array of numbers. */
export interface ParameterDefinition {
  /** How it lies in memory. Default 'f64', or an array of these when `initial` is one. */
  readonly type?: ScalarName | readonly [type: ScalarName, ...shape: number[]];
  readonly initial: number | readonly number[];
  /** Least value that may be set, of each element. Default: the least of an integer type, else none. */
  readonly min?: number;
  /** Greatest value that may be set, of each element. Default: the greatest of an integer type, else none. */
  readonly max?: number;
}

/** The parameters of a component, by name. */
export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

type TypeOf<Definition extends ParameterDefinition> = Definition extends { readonly type: infer Type extends FieldType }
  ? Type
  : Definition extends { readonly initial: readonly number[] }
    ? readonly ['f64', number]
    : 'f64';

type StructOf<Definitions extends ParameterDefinitions> = {
  readonly [Name in keyof Definitions]: TypeOf<Definitions[Name]>;
};

/** Whose values those are that a component has. */
const owners = new WeakMap<object, Parameters<StructDefinition>>();

/** A set of parameters with bounds and initial values. */
export class Parameters<Definition extends StructDefinition> {
  /** How the values lie in memory; the output of a component that sets them. */
  readonly struct: Struct<Definition>;
  readonly #definitions: ParameterDefinitions;

  constructor(record: Struct<Definition>, definitions: ParameterDefinitions) {
    this.struct = record;
    this.#definitions = definitions;
  }

  /** The initial values, in memory of their own: for a field of the component. */
  values(): ViewOf<Definition> {
    const view = this.struct.allocate();
    const initial = Object.fromEntries(
      Object.entries(this.#definitions).map(([name, each]) => [name, initialOf(each)]),
    );
    this.struct.assign(view, initial as SourceOf<Definition>); // of the shapes that the struct was made from
    owners.set(view, this);
    return view;
  }

  /** @throws DAG_PARAMETER for one that there is not, and for a value out of bounds; then nothing is set. */
  check(values: Readonly<Record<string, unknown>>): void {
    if (typeof (values as unknown) !== 'object' || (values as unknown) === null || Array.isArray(values)) {
      throw new DagError('DAG_PARAMETER', {
        message: `Parameters are set by an object with their names, got ${describeOption(values)}.`,
      });
    }
    for (const [name, value] of Object.entries(values)) {
      const definition = Object.hasOwn(this.#definitions, name) ? this.#definitions[name] : undefined;
      if (definition === undefined) {
        const names = Object.keys(this.#definitions).join(', ');
        throw new DagError('DAG_PARAMETER', { message: `There is no parameter \`${name}\`. There are ${names}.` });
      }
      checkValue(name, { value, definition });
    }
  }
}

function checkValue(name: string, { value, definition }: { value: unknown; definition: ParameterDefinition }): void {
  const { initial } = definition;
  const elements =
    typeof initial === 'number' ? [value] : ArrayBuffer.isView(value) || Array.isArray(value) ? value : undefined;
  const length = typeof initial === 'number' ? 1 : initial.length;
  const all = elements === undefined ? [] : Array.from(elements as ArrayLike<unknown>);
  const { kind, expects, whole } = kindOf(definition);
  const { least, most } = boundsOf(definition);
  const fits = (element: unknown): boolean => {
    // A bool may be told by a number, too.
    if (typeof element !== kind && !(kind === 'boolean' && typeof element === 'number')) return false;
    if (whole && !Number.isInteger(element)) return false;
    const compared = kind === 'boolean' ? Number(element) : (element as number | bigint); // both compare with numbers
    return compared >= least && compared <= most;
  };
  if (all.length === length && all.every(fits)) return;
  const bounds = least === -Infinity && most === Infinity ? '' : ` from ${least.toString()} to ${most.toString()}`;
  const expected = typeof initial === 'number' ? `a ${expects}${bounds}` : `${length.toString()} ${expects}s${bounds}`;
  throw new DagError('DAG_PARAMETER', {
    message: `\`${name}\` must be ${expected}, got ${describeOption(value)}.`,
  });
}

/** What values of a parameter are in JavaScript: those of 64 bits are bigints. */
interface Kind {
  readonly kind: 'number' | 'bigint' | 'boolean';
  readonly expects: string;
  /** Numbers with fractions would be cut off. */
  readonly whole: boolean;
}

function kindOf(definition: ParameterDefinition): Kind {
  const scalar = scalarOf(definition);
  if (scalar === 'i64' || scalar === 'u64') return { kind: 'bigint', expects: 'bigint', whole: false };
  if (scalar === 'bool') return { kind: 'boolean', expects: 'boolean', whole: false };
  const whole = !scalar.startsWith('f');
  return { kind: 'number', expects: whole ? 'whole number' : 'number', whole };
}

function scalarOf({ type = 'f64' }: ParameterDefinition): ScalarName {
  return typeof type === 'string' ? type : type[0];
}

/** What may be set: what the definition allows, and what its type can hold. */
function boundsOf(definition: ParameterDefinition): {
  readonly least: number | bigint;
  readonly most: number | bigint;
} {
  const { min = -Infinity, max = Infinity } = definition;
  const [, sign, bits] = /^([iu])(\d+)$/.exec(scalarOf(definition)) ?? [];
  if (sign === undefined || bits === undefined) return { least: min, most: max };
  const span = 2n ** BigInt(bits);
  const [lowest, highest] = sign === 'u' ? [0n, span - 1n] : [-span / 2n, span / 2n - 1n];
  return { least: min > lowest ? min : lowest, most: max < highest ? max : highest };
}

/** The initial value as its field takes it. @throws RangeError for one of 64 bits that is not whole */
function initialOf(definition: ParameterDefinition): unknown {
  const { initial } = definition;
  if (kindOf(definition).kind !== 'bigint') return initial;
  return typeof initial === 'number' ? BigInt(initial) : initial.map((each) => BigInt(each));
}

/**
 * Defines the parameters of a component: `const Gains = parameters({ gain: { initial: 1, min: 0, max: 10 } })`, and in the
 * class `readonly parameters = Gains.values()`. They change between two firings, by `running.set()` or by a component that
 * `parametrize()` connects.
 *
 * @throws DAG_OPTION; DAG_PARAMETER for an initial value that may not be set
 */
export function parameters<const Definitions extends ParameterDefinitions>(
  definitions: Definitions,
): Parameters<StructOf<Definitions>> {
  checkIsOptions(definitions, 'parameters()');
  const fields = Object.entries(definitions).map(([name, definition]) => [name, typeOf(name, definition)]);
  const record = struct(Object.fromEntries(fields) as StructOf<Definitions>); // a type for each of the names
  const made = new Parameters(record, definitions);
  for (const [name, definition] of Object.entries(definitions)) {
    const { initial } = definition;
    const whole = (typeof initial === 'number' ? [initial] : initial).every(Number.isInteger);
    const isLong = kindOf(definition).kind === 'bigint';
    checkValue(name, { value: isLong && whole ? initialOf(definition) : initial, definition });
  }
  return made;
}

function typeOf(name: string, definition: ParameterDefinition): FieldType {
  const { type, initial } = definition;
  if (typeof initial !== 'number' && !Array.isArray(initial)) {
    throw new DagError('DAG_OPTION', {
      message: `parameters(): \`${name}.initial\` must be a number or an array of numbers, got ${describeOption(initial)}.`,
    });
  }
  return type ?? (typeof initial === 'number' ? 'f64' : ['f64', initial.length]);
}

/** A component with parameters. */
export interface Parametrized<Of extends Parameters<StructDefinition>> {
  readonly parameters: StructView<Of['struct']>;
}

/** A component's parameters and their values; undefined when it has none. */
export function parametersOf(
  component: object,
): { readonly definition: Parameters<StructDefinition>; readonly values: ViewOf<StructDefinition> } | undefined {
  const values = 'parameters' in component ? component.parameters : undefined;
  if (typeof values !== 'object' || values === null) return undefined;
  const definition = owners.get(values);
  return definition === undefined ? undefined : { definition, values: values as ViewOf<StructDefinition> }; // that is its owner's
}
