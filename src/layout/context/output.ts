import { structFrom } from '../../memory/struct/define.js';
import type { StructDefinition, ViewOf } from '../../memory/struct/definition.js';
import { structOf } from '../../memory/struct/struct.js';
import type { WriterDescriptor } from '../channel/descriptors.js';
import { ChannelWriter } from '../channel/writer.js';
import { encodePayload, type EncodedPayload } from './payload.js';
import { RecordWriter } from './record-writer.js';

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
  /** Values that wait for room, in memory of their own: what they lie in is let go of. */
  keep(values: readonly unknown[]): readonly unknown[];
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
  readonly #records: RecordWriter;
  /** What the body was given to fill. */
  #claimed: ViewOf<StructDefinition> | undefined;

  constructor({ writer, name }: OutputParts) {
    this.writer = new ChannelWriter(writer);
    const struct = structFrom(writer.record as Exclude<typeof writer.record, 'bytes'>); // makeOutput has seen to it
    this.#records = new RecordWriter(struct, `${name} must return nothing, or an object with fields of its output`);
  }

  get hasRoom(): boolean {
    return this.writer.hasRoom;
  }

  claim(): unknown {
    this.#claimed = this.writer.tryClaim();
    return this.#claimed;
  }

  apart(values: readonly unknown[]): readonly unknown[] {
    const claimed = this.#claimed;
    return values.map((value, index) => {
      if (index === 0) return value;
      if (value === undefined) throw this.#records.refusal(value);
      // The value before it takes the slot that the body has filled.
      const goes = claimed !== undefined && this.#records.touches(value, claimed);
      return goes ? this.#records.record(value) : value;
    });
  }

  keep(values: readonly unknown[]): readonly unknown[] {
    return values.map((value) => {
      const isOutlet = value === undefined || value === this.#claimed;
      return isOutlet ? value : orItself(value, () => this.#records.record(value));
    });
  }

  emit(value: unknown): boolean {
    const view = this.writer.tryClaim();
    if (view === undefined) return this.writer.closed;
    if (value !== undefined && value !== view) this.#records.write(view, value);
    this.writer.publish();
    return true;
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

  keep(values: readonly unknown[]): readonly unknown[] {
    return values.map((value) => orItself(value, () => new KeptPayload(this.#encode(value))));
  }

  emit(value: unknown): boolean {
    if (this.#waiting?.value !== value || this.#waiting === undefined) {
      this.#waiting = { value, encoded: this.#encode(value) };
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

  #encode(value: unknown): EncodedPayload {
    return value instanceof KeptPayload ? value : encodePayload(plainOf(value), this.#subject);
  }
}

/** A value that was encoded into memory of its own. */
class KeptPayload implements EncodedPayload {
  readonly #bytes: Uint8Array;

  constructor(encoded: EncodedPayload) {
    this.#bytes = new Uint8Array(encoded.length);
    encoded.writeTo(this.#bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  writeTo(slot: Uint8Array): void {
    slot.set(this.#bytes);
  }
}

/** A value as `make` makes it; the value itself where that fails, so that its turn tells why. */
function orItself(value: unknown, make: () => unknown): unknown {
  try {
    return make();
  } catch {
    return value;
  }
}

/** Views of records lie in memory that is written again. */
function plainOf(value: unknown): unknown {
  const struct = structOf(value);
  return struct === undefined ? value : struct.toObject(value as never); // it has a struct
}
