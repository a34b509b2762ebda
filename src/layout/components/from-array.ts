import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { SourceOf, StructDefinition } from '../../memory/struct/definition.js';
import { Struct } from '../../memory/struct/struct.js';
import type { Emitted } from '../component/component.js';
import { component } from '../component/decorator.js';
import { done } from '../component/emission.js';
import { Emitter } from '../component/emitter.js';
import { emitted, typeOption, type ValuesOf, type ValueType } from './values.js';

/** Any array of numbers whose elements have a length. */
export type NumberArray = ArrayLike<number | bigint> & ArrayBufferView;

/** What {@link FromArray} takes for values of a type. */
export type RowsOf<Type extends ValueType> =
  Type extends Struct<infer Definition extends StructDefinition>
    ? readonly (SourceOf<Definition> | number | bigint | boolean)[] | NumberArray
    : readonly unknown[] | NumberArray;

/**
 * Emits the elements of an array in order, then ends. A typed array serves for records of one number, which are its
 * elements, and for those of one array, which are the pieces of its length.
 */
export class FromArray<Type extends ValueType = 'any'> extends Emitter<ValuesOf<Type>> {
  /** The struct, or `'any'`. */
  readonly output: ValueType;
  readonly #rowAt: (index: number) => unknown;
  readonly #count: number;
  #next = 0;

  /** @throws DAG_OPTION */
  constructor(type: Type, rows: RowsOf<Type>) {
    super();
    this.output = typeOption(type, 'FromArray: the first argument');
    const { count, rowAt } = rowsOf(this.output, rows);
    this.#count = count;
    this.#rowAt = rowAt;
  }

  compute(): Emitted<ValuesOf<Type>> {
    if (this.#next >= this.#count) return done;
    const row = this.#rowAt(this.#next);
    this.#next += 1;
    return emitted(row, { type: this.output, subject: 'FromArray' });
  }
}

component({ module: import.meta.url })(FromArray);

interface Rows {
  readonly count: number;
  readonly rowAt: (index: number) => unknown;
}

function rowsOf(type: ValueType, rows: unknown): Rows {
  if (Array.isArray(rows)) return { count: rows.length, rowAt: (index) => rows[index] as unknown };
  if (!isNumbers(rows)) throw refusal('an array or a typed array', describeOption(rows));
  if (!(type instanceof Struct)) return { count: rows.length, rowAt: (index) => rows[index] };
  const [field, ...others] = type.fields;
  if (others.length > 0 || field === undefined || field.kind === 'struct') {
    throw refusal('an array of records, as they have several fields', 'a typed array');
  }
  if (field.kind === 'scalar') return { count: rows.length, rowAt: (index) => rows[index] };
  const { length, name } = field;
  if (length === 0 || rows.length % length !== 0) {
    throw refusal(`pieces of ${length.toString()} elements`, `${rows.length.toString()} elements`);
  }
  const rowAt = (index: number): unknown => ({ [name]: rows.subarray(index * length, (index + 1) * length) });
  return { count: rows.length / length, rowAt };
}

function isNumbers(rows: unknown): rows is Float64Array {
  return ArrayBuffer.isView(rows) && !(rows instanceof DataView);
}

function refusal(expected: string, got: string): DagError {
  return new DagError('DAG_OPTION', { message: `FromArray: the second argument must be ${expected}, got ${got}.` });
}
