import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { StructDefinition } from './definition.js';
import { isScalarName, scalarArrays, type ScalarName } from './scalars.js';
import { Struct } from './struct.js';

/** Most bytes of one record: what one buffer can have on every platform. */
const MOST_BYTES = 2 ** 32;

/** Names that would make a view unusable: awaiting one looks for `then`, printing one for what every object has. */
const reserved = new Set(['', 'then', 'toJSON', ...Object.getOwnPropertyNames(Object.prototype)]);

interface PlacedField {
  readonly name: string;
  /** Bytes from the beginning of the record. */
  readonly offset: number;
  /** Bytes that it takes. */
  readonly size: number;
}

/** One number. */
interface ScalarField extends PlacedField {
  readonly kind: 'scalar';
  readonly type: ScalarName;
}

/** An array of numbers, row-major. */
interface ArrayField extends PlacedField {
  readonly kind: 'array';
  readonly type: ScalarName;
  /** Elements along each dimension, the slowest first. */
  readonly shape: readonly number[];
  /** Elements in all. */
  readonly length: number;
}

/** A struct in a struct. */
interface InnerField extends PlacedField {
  readonly kind: 'struct';
  readonly struct: Struct<StructDefinition>;
}

/** Where a field lies and what it is. */
export type StructField = ScalarField | ArrayField | InnerField;

/** Where the fields of a struct lie. */
export interface RecordLayout {
  readonly fields: readonly StructField[];
  /** Bytes of a record, a multiple of the alignment. */
  readonly size: number;
  /** Bytes of which the offset of a record must be a multiple. */
  readonly alignment: number;
}

/** A field before it has a place. */
type Unplaced =
  Omit<ScalarField, 'offset' | 'name'> | Omit<ArrayField, 'offset' | 'name'> | Omit<InnerField, 'offset' | 'name'>;

/** Lays fields out one after the other, each at the next multiple of its natural alignment. @throws DAG_OPTION */
export function layOut(definition: StructDefinition): RecordLayout {
  const fields: StructField[] = [];
  let end = 0;
  let alignment = 1;
  for (const [name, type] of entriesOf(definition)) {
    if (reserved.has(name)) throw refusal(`the name of a field`, 'a name that no object has', name);
    const { field, align } = unplaced(name, type);
    const offset = roundUp(end, align);
    fields.push({ ...field, name, offset });
    end = offset + field.size;
    alignment = Math.max(alignment, align);
  }
  const size = roundUp(end, alignment);
  if (size > MOST_BYTES) throw refusal('the size', `at most ${MOST_BYTES} bytes`, size);
  return { fields, size, alignment };
}

function entriesOf(definition: unknown): (readonly [string, unknown])[] {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw refusal('the definition', 'an object of fields and their types', definition);
  }
  const entries = Object.entries(definition);
  if (entries.length === 0) throw refusal('the definition', 'at least one field', definition);
  return entries;
}

function unplaced(name: string, type: unknown): { readonly field: Unplaced; readonly align: number } {
  if (isScalarName(type)) {
    const size = scalarArrays[type].BYTES_PER_ELEMENT;
    return { field: { kind: 'scalar', type, size }, align: size };
  }
  if (isStruct(type)) return { field: { kind: 'struct', struct: type, size: type.size }, align: type.alignment };
  if (Array.isArray(type)) return arrayField(name, type);
  throw refusal(`the type of \`${name}\``, expectedType, type);
}

function isStruct(type: unknown): type is Struct<StructDefinition> {
  return type instanceof Struct;
}

const expectedType = `one of ${Object.keys(scalarArrays).join(', ')}, [type, ...shape], or a struct`;

function arrayField(name: string, [type, ...shape]: readonly unknown[]): ReturnType<typeof unplaced> {
  if (!isScalarName(type)) throw refusal(`the type of \`${name}\``, expectedType, type);
  if (shape.length === 0) throw refusal(`the shape of \`${name}\``, 'at least one dimension', shape);
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || (length as number) < 0) {
      throw refusal(`the shape of \`${name}\``, 'whole numbers of at least 0', length);
    }
  }
  const lengths = shape as readonly number[]; // checked above
  const length = lengths.reduce((product, each) => product * each, 1);
  const align = scalarArrays[type].BYTES_PER_ELEMENT;
  return { field: { kind: 'array', type, shape: lengths, length, size: length * align }, align };
}

function roundUp(bytes: number, multiple: number): number {
  return Math.ceil(bytes / multiple) * multiple;
}

function refusal(what: string, expected: string, got: unknown): DagError {
  return new DagError('DAG_OPTION', { message: `struct(): ${what} must be ${expected}, got ${describeOption(got)}.` });
}
