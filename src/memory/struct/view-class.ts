import type { StructDefinition, ViewOf } from './definition.js';
import type { RecordLayout, StructField } from './layout.js';
import { scalarArrays, type ScalarArrays, type ScalarName } from './scalars.js';

/** One typed array of each type over a whole buffer, which all views in that buffer share. */
export type Bank = Readonly<Partial<ScalarArrays>> & { readonly buffer: ArrayBufferLike };

/** Where a view lies. */
export interface ViewPlace {
  readonly bank: Bank;
  /** Bytes from the beginning of the buffer. */
  readonly offset: number;
}

/** What views of all structs are. It holds where the view lies, out of the way of the names of fields. */
export class RecordView {
  readonly #bank: Bank;
  readonly #offset: number;

  constructor(bank: Bank, offset: number) {
    this.#bank = bank;
    this.#offset = offset;
  }

  /** Where a view lies; undefined for anything else. */
  static placeOf(view: object): ViewPlace | undefined {
    return #bank in view ? { bank: view.#bank, offset: view.#offset } : undefined;
  }
}

/** Makes a view of the record that begins at `offset` bytes of the bank's buffer. */
export type ViewMaker<View> = new (bank: Bank, offset: number) => View & RecordView;

/** The scalar types that a struct and those in it have, each with an array in its banks. */
export function typesIn({ fields }: Pick<RecordLayout, 'fields'>): ReadonlySet<ScalarName> {
  const types = new Set<ScalarName>();
  for (const field of fields) {
    if (field.kind === 'scalar') types.add(field.type);
    if (field.kind === 'struct') for (const type of typesIn(field.struct)) types.add(type);
  }
  return types;
}

/** The arrays of a bank over a buffer, whose length need not be a multiple of anything. */
export function bankOf(buffer: ArrayBufferLike, types: ReadonlySet<ScalarName>): Bank {
  const bank: Record<string, unknown> = { buffer };
  for (const type of types) {
    const array = scalarArrays[type];
    bank[type] = new array(buffer, 0, Math.floor(buffer.byteLength / array.BYTES_PER_ELEMENT));
  }
  return bank as unknown as Bank; // filled by the names of the types
}

/**
 * The class of the views of a struct. Its text has the place of each number as a constant: through accessors that all
 * structs share, each access would cost five times as much. Where texts must not be made into functions
 * (`--disallow-code-generation-from-strings`), those are used.
 */
export function viewClass<Definition extends StructDefinition>(layout: RecordLayout): ViewMaker<ViewOf<Definition>> {
  // The accessors that both make are those of the definition that the layout was made from.
  return (generated(layout) ?? shared(layout)) as ViewMaker<ViewOf<Definition>>;
}

/** The parts of a struct that are made when first asked for. */
function lazyParts(layout: RecordLayout): readonly ((bank: Bank, offset: number) => unknown)[] {
  return layout.fields.map((field) => (bank, offset) => partOf(field, bank, offset + field.offset));
}

function partOf(field: StructField, bank: Bank, offset: number): unknown {
  if (field.kind === 'struct') return field.struct.inBank(bank, offset);
  if (field.kind === 'scalar') return undefined;
  return new scalarArrays[field.type](bank.buffer, offset, field.length);
}

function generated(layout: RecordLayout): ViewMaker<object> | undefined {
  const types = Array.from(typesIn({ fields: layout.fields.filter(({ kind }) => kind === 'scalar') }));
  const text = `return class StructView extends RecordView {
    ${types.map((type) => `#${type}; #at_${type};`).join(' ')}
    ${layout.fields.map((field, number) => (field.kind === 'scalar' ? '' : `#part${number};`)).join(' ')}
    #bank; #offset;
    constructor(bank, offset) {
      super(bank, offset);
      this.#bank = bank;
      this.#offset = offset;
      ${types.map((type) => `this.#${type} = bank.${type}; this.#at_${type} = offset / ${scalarArrays[type].BYTES_PER_ELEMENT};`).join('\n')}
    }
    ${layout.fields.map(accessors).join('\n')}
  };`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of numbers, types and quoted names
    const make = new Function('RecordView', 'parts', text) as (
      base: typeof RecordView,
      parts: ReturnType<typeof lazyParts>,
    ) => ViewMaker<object>; // as its text says
    return make(RecordView, lazyParts(layout));
  } catch {
    return undefined;
  }
}

/** The text of the accessors of a field. */
function accessors(field: StructField, number: number): string {
  const name = `[${JSON.stringify(field.name)}]`;
  if (field.kind !== 'scalar') {
    return `get ${name}() { return this.#part${number} ??= parts[${number}](this.#bank, this.#offset); }`;
  }
  const { type, offset } = field;
  const place = `this.#${type}[this.#at_${type} + ${offset / scalarArrays[type].BYTES_PER_ELEMENT}]`;
  const [read, written] = type === 'bool' ? [`${place} !== 0`, 'value ? 1 : 0'] : [place, 'value'];
  return `get ${name}() { return ${read}; } set ${name}(value) { ${place} = ${written}; }`;
}

function shared(layout: RecordLayout): ViewMaker<object> {
  const parts = lazyParts(layout);
  class StructView extends RecordView {}
  const place = (view: object): ViewPlace => {
    const found = RecordView.placeOf(view);
    if (found === undefined) throw new TypeError('The accessor of a struct was called on something else.');
    return found;
  };
  layout.fields.forEach((field, number) => {
    const { name } = field;
    if (field.kind !== 'scalar') {
      const get = function (this: object): unknown {
        const { bank, offset } = place(this);
        return parts[number]?.(bank, offset);
      };
      Object.defineProperty(StructView.prototype, name, { get, configurable: true });
      return;
    }
    const { type } = field;
    const bytes = scalarArrays[type].BYTES_PER_ELEMENT;
    // A bank has the arrays of its struct; what they take is checked by themselves.
    const at = (view: object): readonly [Record<number, unknown>, number] => {
      const { bank, offset } = place(view);
      return [bank[type] as unknown as Record<number, unknown>, (offset + field.offset) / bytes];
    };
    const get = function (this: object): unknown {
      const [array, index] = at(this);
      return type === 'bool' ? array[index] !== 0 : array[index];
    };
    const set = function (this: object, value: unknown): void {
      const [array, index] = at(this);
      array[index] = type === 'bool' ? Number(Boolean(value)) : value;
    };
    Object.defineProperty(StructView.prototype, name, { get, set, configurable: true });
  });
  return StructView;
}
