import { inspect } from 'node:util';
import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { FieldDescription, SourceOf, StructDefinition, StructDescription, ViewOf } from './definition.js';
import type { RecordLayout, StructField } from './layout.js';
import type { ScalarName } from './scalars.js';
import { type Bank, bankOf, RecordView, typesIn, viewClass, type ViewMaker, type ViewPlace } from './view-class.js';

/** The struct of each class of views, by its prototype. */
const structs = new WeakMap<object, unknown>();

/** The struct that an object is a view of; undefined for anything else. */
export function structOf(view: unknown): Struct<StructDefinition> | undefined {
  if (typeof view !== 'object' || view === null) return undefined;
  return structs.get(Object.getPrototypeOf(view) as object) as Struct<StructDefinition> | undefined; // only structs were entered
}

/**
 * A record of numbers, arrays of numbers and structs at fixed places in memory: what views of it are made by, on any
 * thread that has its description.
 */
export class Struct<Definition extends StructDefinition> {
  /** The fields in the order in which they lie in memory. */
  readonly fields: readonly StructField[];
  /** Bytes of one record, a multiple of `alignment`. */
  readonly size: number;
  /** Bytes of which the offset of a record must be a multiple: 1, 2, 4 or 8. */
  readonly alignment: number;
  readonly #view: ViewMaker<ViewOf<Definition>>;
  readonly #types: ReadonlySet<ScalarName>;

  /** @internal */
  constructor(
    /** What it was made from. */
    readonly definition: Definition,
    layout: RecordLayout,
  ) {
    ({ fields: this.fields, size: this.size, alignment: this.alignment } = layout);
    this.#types = typesIn(layout);
    this.#view = viewClass<Definition>(layout);
    structs.set(this.#view.prototype as object, this);
    const toObject = (view: ViewOf<Definition>): object => this.toObject(view);
    Object.defineProperty(this.#view.prototype, inspect.custom, {
      value(this: ViewOf<Definition>) {
        return toObject(this);
      },
    });
  }

  /**
   * The view of the record that begins at `offset` bytes of a buffer, default 0. Costs about a typed array per type of
   * number; {@link viewsOf} is for many views of one buffer.
   *
   * @throws DAG_OPTION where no record can lie.
   */
  view(buffer: ArrayBufferLike, offset = 0): ViewOf<Definition> {
    this.#checkPlace(buffer, offset);
    return new this.#view(bankOf(buffer, this.#types), offset);
  }

  /** Makes views in one buffer, at any offsets: a small object each. @throws DAG_OPTION where no record can lie. */
  viewsOf(buffer: ArrayBufferLike): (offset: number) => ViewOf<Definition> {
    const bank = bankOf(buffer, this.#types);
    return (offset) => {
      this.#checkPlace(buffer, offset);
      return new this.#view(bank, offset);
    };
  }

  /** A view of zeros in shared memory of its own. */
  allocate(): ViewOf<Definition> {
    return this.view(new SharedArrayBuffer(this.size));
  }

  /** A view of a struct in a struct, whose bank has the types of both. @internal */
  inBank(bank: Bank, offset: number): ViewOf<Definition> {
    return new this.#view(bank, offset);
  }

  /** This struct as plain data, for another thread's `structFrom`. */
  describe(): StructDescription {
    return { fields: this.fields.map((field) => [field.name, describeField(field)]) };
  }

  /** Whether the other has the same fields at the same places, so that either reads what the other wrote. */
  equals(other: Struct<StructDefinition>): boolean {
    return JSON.stringify(this.describe()) === JSON.stringify(other.describe());
  }

  /** Index of an element in the flat array of a field. @throws DAG_OPTION */
  index(name: keyof Definition & string, ...coordinates: readonly number[]): number {
    const field = this.#field(name);
    const shape = field.kind === 'array' ? field.shape : [];
    const inside = coordinates.length === shape.length && shape.length > 0;
    let index = 0;
    shape.forEach((length, dimension) => {
      const coordinate = coordinates[dimension] ?? -1;
      if (!inside || !Number.isInteger(coordinate) || coordinate < 0 || coordinate >= length) index = NaN;
      index = index * length + coordinate;
    });
    if (inside && !Number.isNaN(index)) return index;
    throw new DagError('DAG_OPTION', {
      message: `index(): the coordinates in \`${name}\` must lie in its shape [${shape.join(', ')}], got [${coordinates.join(', ')}].`,
    });
  }

  /** Copies the whole record from one view to another. Views of other structs of the same size will do. @throws DAG_OPTION */
  copy(from: ViewOf<Definition>, to: ViewOf<Definition>): void {
    this.bytesOf(to).set(this.bytesOf(from));
  }

  /** The bytes under a view. @throws DAG_OPTION when it is none. */
  bytesOf(view: ViewOf<Definition>): Uint8Array {
    const { bank, offset } = placeOf(view);
    return new Uint8Array(bank.buffer, offset, this.size);
  }

  /** The values of a view in a plain object with memory of its own, as structured clone and stores take them. */
  toObject(view: ViewOf<Definition>): ViewOf<Definition> {
    const values = view as Readonly<Record<string, unknown>>; // a view has its struct's fields
    const entries = this.fields.map((field) => {
      const value = values[field.name];
      if (field.kind === 'scalar') return [field.name, value];
      if (field.kind === 'struct') return [field.name, field.struct.toObject(value as never)]; // the view of that struct
      const array = value as Uint8Array; // of any type: they all have what is used here
      return [field.name, (array.constructor as typeof Uint8Array).from(array)];
    });
    return Object.fromEntries(entries) as ViewOf<Definition>; // with each of its fields
  }

  /**
   * Writes some or all fields. Numbers are converted as typed arrays do.
   *
   * @throws DAG_OPTION for a field that the struct has not, and for an array of another length.
   */
  assign(view: ViewOf<Definition>, values: SourceOf<Definition>): void {
    const target = view as Record<string, unknown>; // a view has its struct's fields
    for (const [name, value] of Object.entries(values) as [string, unknown][]) {
      const field = this.#field(name);
      if (field.kind === 'scalar') target[name] = value;
      else if (field.kind === 'struct')
        field.struct.assign(target[name] as never, value as never); // its view, its values
      else assignArray(field, target[name] as Uint8Array, value);
    }
  }

  #field(name: string): StructField {
    const field = this.fields.find((each) => each.name === name);
    if (field !== undefined) return field;
    const names = this.fields.map((each) => each.name).join(', ');
    throw new DagError('DAG_OPTION', { message: `A struct has no field \`${name}\`. Its fields are ${names}.` });
  }

  #checkPlace(buffer: ArrayBufferLike, offset: number): void {
    if (offset >= 0 && offset % this.alignment === 0 && offset + this.size <= buffer.byteLength) return;
    throw new DagError('DAG_OPTION', {
      message: `The offset of a record must be a multiple of ${this.alignment} from 0 to ${buffer.byteLength - this.size}, got ${offset}.`,
    });
  }
}

function describeField(field: StructField): FieldDescription {
  if (field.kind === 'struct') return field.struct.describe();
  return field.kind === 'scalar' ? field.type : [field.type, ...field.shape];
}

function placeOf(view: object): ViewPlace {
  const place = RecordView.placeOf(view);
  if (place !== undefined) return place;
  throw new DagError('DAG_OPTION', { message: `A view of a struct was expected, got ${describeOption(view)}.` });
}

function assignArray(field: { readonly name: string; readonly length: number }, to: Uint8Array, from: unknown): void {
  const source = from as ArrayLike<number> | null | undefined; // unless it has another length, or none
  if (source?.length !== field.length) {
    throw new DagError('DAG_OPTION', {
      message: `assign(): \`${field.name}\` must have ${field.length} elements in one flat list, got ${describeLength(from)}.`,
    });
  }
  to.set(source);
}

function describeLength(value: unknown): string {
  const length = (value as { readonly length?: unknown } | null | undefined)?.length;
  return typeof length === 'number' ? String(length) : describeOption(value);
}
