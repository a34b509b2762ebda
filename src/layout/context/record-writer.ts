import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { StructDefinition, ViewOf } from '../../memory/struct/definition.js';
import { structOf, type Struct } from '../../memory/struct/struct.js';

type AnyView = ViewOf<StructDefinition>;

/** Turns what users give into records: fields, views of this or another struct, or the number where a record is nothing else. */
export class RecordWriter {
  readonly struct: Struct<StructDefinition>;
  readonly #subject: string;
  /** The only field, if it is a number: its value may be given instead of a record. */
  readonly #only: string | undefined;
  /** Whether fields may be views. */
  readonly #hasParts: boolean;
  /** The struct of the last record that was given, which is equal to this one; and one that is not. */
  #equal: Struct<StructDefinition> | undefined;
  #unequal: Struct<StructDefinition> | undefined;

  /** @param subject what errors say must be an object with fields, such as "X must return nothing, or". */
  constructor(struct: Struct<StructDefinition>, subject: string) {
    this.struct = struct;
    this.#subject = subject;
    const [first, ...others] = struct.fields;
    this.#hasParts = struct.fields.some(({ kind }) => kind !== 'scalar');
    this.#only = first?.kind === 'scalar' && others.length === 0 ? first.name : undefined;
  }

  /** Writes what was given of a record into a view. @throws DAG_OPTION for what is none, and for fields that there are not */
  write(view: AnyView, value: unknown): void {
    try {
      this.#write(view, value);
    } catch (error) {
      if (!(error instanceof DagError) || error.message.includes(this.#subject)) throw error;
      const reason = error.message.replace(`${error.code}: `, '');
      throw new DagError(error.code, { message: `${this.#expected}. ${reason}`, cause: error });
    }
  }

  #write(view: AnyView, value: unknown): void {
    const given = structOf(value);
    if (given !== undefined)
      this.#writeRecord(view, { record: value as AnyView, given }); // it has a struct
    else if (this.#only !== undefined && isNumber(value))
      this.struct.assign(view, { [this.#only]: value as number }); // converted as its field takes it
    else if (isObject(value)) this.#writeFields(view, value);
    else throw this.refusal(value);
  }

  /** A record in memory of its own. @throws as {@link write} */
  record(value: unknown): AnyView {
    const view = this.struct.allocate();
    this.write(view, value);
    return view;
  }

  /** Whether some of what was given of a record lies in the memory of a view, as a whole or in part. */
  touches(value: unknown, view: AnyView): boolean {
    return touches(this.struct, value, () => this.struct.bytesOf(view));
  }

  /** The error for what is no record. */
  refusal(value: unknown): DagError {
    return new DagError('DAG_OPTION', { message: `${this.#expected}, got ${describeOption(value)}.` });
  }

  get #expected(): string {
    return `${this.#subject} (${this.struct.fields.map(({ name }) => name).join(', ')})`;
  }

  /** Fields, which may be parts of the view itself, given for one another. */
  #writeFields(view: AnyView, fields: object): void {
    if (!this.#hasParts || !this.touches(fields, view)) {
      this.struct.assign(view, fields); // checked there
      return;
    }
    const whole = this.struct.allocate();
    this.struct.copy(view, whole);
    this.struct.assign(whole, fields);
    this.struct.copy(whole, view);
  }

  /** A record of another component, or of a body's own: its bytes where it is of the same struct, else its fields. */
  #writeRecord(
    view: AnyView,
    { record, given }: { readonly record: AnyView; readonly given: Struct<StructDefinition> },
  ) {
    if (given !== this.#unequal && given !== this.#equal) {
      if (this.struct.equals(given)) this.#equal = given;
      else this.#unequal = given;
    }
    if (given === this.#equal) this.struct.copy(record, view);
    else this.struct.assign(view, given.toObject(record)); // checked there
  }
}

/** @param bytes asked for only where there is something to compare, as to make a view takes longer than to look. */
function touches({ fields }: Struct<StructDefinition>, value: unknown, bytes: () => Uint8Array): boolean {
  if (ArrayBuffer.isView(value)) return overlap(value, bytes());
  const given = structOf(value);
  if (given !== undefined) return overlap(given.bytesOf(value as AnyView), bytes()); // it has a struct
  if (typeof value !== 'object' || value === null) return false;
  const parts = value as Readonly<Record<string, unknown>>; // looked at by the names of fields
  return fields.some((field) => {
    if (field.kind === 'scalar') return false;
    if (field.kind === 'struct') return touches(field.struct, parts[field.name], bytes);
    const part = parts[field.name];
    return ArrayBuffer.isView(part) && overlap(part, bytes());
  });
}

function overlap(one: ArrayBufferView, other: ArrayBufferView): boolean {
  if (one.buffer !== other.buffer) return false;
  return one.byteOffset < other.byteOffset + other.byteLength && other.byteOffset < one.byteOffset + one.byteLength;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
