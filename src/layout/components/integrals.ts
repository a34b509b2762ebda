import { struct } from '../../memory/struct/define.js';
import type { FieldType, StructDefinition, ViewOf } from '../../memory/struct/definition.js';
import type { ScalarName } from '../../memory/struct/scalars.js';
import type { Struct } from '../../memory/struct/struct.js';

/** A view by the names of its fields. */
type Fields = Record<string, unknown>;

/** How {@link Integrals} are made up. */
interface IntegralsParts {
  readonly trapezoid: boolean;
  /** A field that is handed on as it is. */
  readonly time: string | undefined;
}

/** The integrals of the numbers in records, in double precision whatever the records are in. */
export class Integrals {
  readonly #record: Struct<StructDefinition>;
  readonly #time: string | undefined;
  readonly #trapezoid: boolean;
  readonly #doubles: Struct<StructDefinition>;
  readonly #sums: ViewOf<StructDefinition>;
  /** The record before, for the mean of two. */
  readonly #before: ViewOf<StructDefinition>;
  #begun = false;

  constructor(record: unknown, { trapezoid, time }: IntegralsParts) {
    this.#record = record as Struct<StructDefinition>; // of whatever definition
    this.#trapezoid = trapezoid;
    this.#time = time;
    this.#doubles = doubled(this.#record);
    this.#sums = this.#doubles.allocate();
    this.#before = this.#doubles.allocate();
  }

  reset(): void {
    this.#doubles.bytesOf(this.#sums).fill(0);
    this.#begun = false;
  }

  /** Takes a record in that stands for so many seconds, undefined for none, and writes the integrals. */
  add(value: object, { seconds, out }: { readonly seconds: number | undefined; readonly out: object }): void {
    const weight = seconds === undefined || (this.#trapezoid && !this.#begun) ? 0 : seconds;
    this.#begun = true;
    this.#addStruct(this.#record, {
      value: value as Fields, // views, which have the fields of their structs
      out: out as Fields,
      sum: this.#sums,
      before: this.#before,
      weight,
      top: true,
    });
  }

  #addStruct(record: Struct<StructDefinition>, parts: Parts): void {
    const { value, out, sum, before, top } = parts;
    for (const field of record.fields) {
      const { name } = field;
      if (field.kind === 'struct') {
        const inner = (of: Fields): Fields => of[name] as Fields; // a struct in a struct
        const within = { value: inner(value), out: inner(out), sum: inner(sum), before: inner(before) };
        this.#addStruct(field.struct, { ...parts, ...within, top: false });
      } else if (!isAdded(field.type) || (top && name === this.#time)) {
        if (field.kind === 'scalar') out[name] = value[name];
        else (out[name] as Float64Array).set(value[name] as Float64Array); // of one type
      } else if (field.kind === 'scalar') this.#addNumber(name, parts);
      else this.#addArray(name, parts);
    }
  }

  #addNumber(name: string, { value, out, sum, before, weight }: Parts): void {
    const now = Number(value[name]);
    const level = this.#trapezoid ? (now + Number(before[name])) / 2 : now;
    const total = Number(sum[name]) + (weight === 0 ? 0 : level * weight);
    before[name] = now;
    sum[name] = total;
    out[name] = total;
  }

  #addArray(name: string, parts: Parts): void {
    const { weight } = parts;
    const of = (view: Fields): Float64Array => view[name] as Float64Array; // an array of numbers
    const [value, out, sum, before] = [of(parts.value), of(parts.out), of(parts.sum), of(parts.before)];
    for (let at = 0; at < value.length; at += 1) {
      const now = value[at] ?? 0;
      const level = this.#trapezoid ? (now + (before[at] ?? 0)) / 2 : now;
      const total = (sum[at] ?? 0) + (weight === 0 ? 0 : level * weight);
      before[at] = now;
      sum[at] = total;
      out[at] = total;
    }
  }
}

interface Parts {
  readonly value: Fields;
  readonly out: Fields;
  readonly sum: Fields;
  readonly before: Fields;
  readonly weight: number;
  /** It is no struct in a struct. */
  readonly top: boolean;
}

function isAdded(type: ScalarName): boolean {
  return type !== 'bool' && type !== 'i64' && type !== 'u64';
}

/** The struct with its numbers in double precision; those that are not added stay what they are. */
function doubled(record: Struct<StructDefinition>): Struct<StructDefinition> {
  const typeOf = (field: (typeof record.fields)[number]): FieldType => {
    if (field.kind === 'struct') return doubled(field.struct);
    const type = isAdded(field.type) ? 'f64' : field.type;
    return field.kind === 'scalar' ? type : [type, ...field.shape];
  };
  return struct(Object.fromEntries(record.fields.map((field) => [field.name, typeOf(field)])));
}
