import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import { structFrom } from '../../memory/struct/define.js';
import type { StructDefinition, ViewOf } from '../../memory/struct/definition.js';
import { structOf, type Struct } from '../../memory/struct/struct.js';
import type { WriterDescriptor } from '../channel/descriptors.js';
import { ChannelWriter } from '../channel/writer.js';
import { encodePayload, type EncodedPayload } from './payload.js';

/** Where a component emits to. */
export interface Output {
  readonly writer: ChannelWriter;
  /** What a body is given to fill; undefined where there is no room just now, and for values that are no records. */
  claim(): unknown;
  /** Whether a body must be given something to fill. */
  readonly isRecord: boolean;
  /** Emits a value. False where there is no room just now: to be called again with the same one. @throws DAG_OPTION, DAG_CANNOT_TRAVEL */
  emit(value: unknown): boolean;
  /** Whether `emit` or `claim` would find room. */
  readonly hasRoom: boolean;
  /** Values that one firing emits, such that none changes when one before it is emitted. @throws DAG_OPTION */
  apart(values: readonly unknown[]): readonly unknown[];
}

/** What outputs need to know. */
export interface OutputParts {
  readonly writer: WriterDescriptor;
  readonly name: string;
  /** Asks for longer slots. */
  readonly grow: (bytes: number) => void;
}

export function makeOutput(parts: OutputParts): Output {
  return parts.writer.record === 'bytes' ? new PayloadOutput(parts) : new RecordOutput(parts);
}

/** Emits records of a struct. */
class RecordOutput implements Output {
  readonly isRecord = true;
  readonly writer: ChannelWriter<ViewOf<StructDefinition>>;
  readonly #struct: Struct<StructDefinition>;
  readonly #name: string;
  /** The only field, if it is a number: its value may be returned instead of a record. */
  readonly #only: string | undefined;
  /** What the body was given to fill. */
  #claimed: unknown;
  /** The struct of the last record that was given, which is equal to that of the output; and one that is not. */
  #equal: Struct<StructDefinition> | undefined;
  #unequal: Struct<StructDefinition> | undefined;

  constructor({ writer, name }: OutputParts) {
    this.writer = new ChannelWriter(writer);
    this.#name = name;
    this.#struct = structFrom(writer.record as Exclude<typeof writer.record, 'bytes'>); // makeOutput has seen to it
    const [first, ...others] = this.#struct.fields;
    this.#only = first?.kind === 'scalar' && others.length === 0 ? first.name : undefined;
  }

  get hasRoom(): boolean {
    return this.writer.hasRoom;
  }

  claim(): unknown {
    this.#claimed = this.writer.tryClaim();
    return this.#claimed;
  }

  apart(values: readonly unknown[]): readonly unknown[] {
    return values.map((value, index) => {
      if (index === 0) return value;
      if (value === undefined) throw this.#refusal(value);
      // The value before it takes the slot that the body has filled.
      return value === this.#claimed ? this.#struct.toObject(value as ViewOf<StructDefinition>) : value; // that is a view
    });
  }

  emit(value: unknown): boolean {
    const view = this.writer.tryClaim();
    if (view === undefined) return this.writer.closed;
    if (value !== undefined && value !== view) this.#write(view, value);
    this.writer.publish();
    return true;
  }

  #write(view: ViewOf<StructDefinition>, value: unknown): void {
    const given = structOf(value);
    if (given !== undefined) {
      this.#writeRecord(view, { record: value as never, given }); // it has a struct
      return;
    }
    const isNumber = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
    if (isNumber && this.#only !== undefined)
      this.#struct.assign(view, { [this.#only]: value }); // of that kind
    else if (typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)) {
      this.#struct.assign(view, value); // checked there
    } else throw this.#refusal(value);
  }

  #refusal(value: unknown): DagError {
    const names = this.#struct.fields.map(({ name }) => name).join(', ');
    return new DagError('DAG_OPTION', {
      message: `${this.#name} must return nothing, or an object with fields of its output (${names}), got ${describeOption(value)}.`,
    });
  }

  /** A record of another component, or of a body's own: its bytes where it is of the same struct, else its fields. */
  #writeRecord(
    view: ViewOf<StructDefinition>,
    { record, given }: { readonly record: ViewOf<StructDefinition>; readonly given: Struct<StructDefinition> },
  ): void {
    if (given !== this.#unequal && given !== this.#equal) {
      if (this.#struct.equals(given)) this.#equal = given;
      else this.#unequal = given;
    }
    if (given === this.#equal) this.#struct.copy(record, view);
    else this.#struct.assign(view, given.toObject(record)); // checked there
  }
}

/** Emits values of any kind, as bytes; a record becomes an object with its fields. */
class PayloadOutput implements Output {
  readonly isRecord = false;
  readonly writer: ChannelWriter<Uint8Array>;
  readonly #subject: string;
  /** What waits for room. */
  #waiting: { readonly value: unknown; readonly encoded: EncodedPayload } | undefined;

  constructor({ writer, name, grow }: OutputParts) {
    this.writer = new ChannelWriter(writer, { onGrow: grow });
    this.#subject = `What ${name} emits`;
  }

  get hasRoom(): boolean {
    if (this.#waiting !== undefined && this.#waiting.encoded.length > this.writer.slotBytes) return false;
    return this.writer.hasRoom;
  }

  claim(): undefined {
    return undefined;
  }

  apart(values: readonly unknown[]): readonly unknown[] {
    return values;
  }

  emit(value: unknown): boolean {
    if (this.#waiting?.value !== value || this.#waiting === undefined) {
      this.#waiting = { value, encoded: encodePayload(plainOf(value), this.#subject) };
    }
    const { encoded } = this.#waiting;
    const slot = this.writer.tryClaim(encoded.length);
    if (slot === undefined && !this.writer.closed) return false;
    this.#waiting = undefined;
    if (slot === undefined) return true;
    encoded.writeTo(slot);
    this.writer.publish(encoded.length);
    return true;
  }
}

/** Views of records lie in memory that is written again. */
function plainOf(value: unknown): unknown {
  const struct = structOf(value);
  return struct === undefined ? value : struct.toObject(value as never); // it has a struct
}
