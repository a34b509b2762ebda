import { structFrom } from '../../memory/struct/define.js';
import type { RecordDescription } from '../channel/record.js';
import { ChannelReader } from '../channel/reader.js';
import type { EdgeRole, InputDescriptor } from './messages.js';
import { codecsUnknown, importCodecs } from './codec-modules.js';
import { CodecsMissing, decodePayload, payloadCopy } from './payload.js';
import { RecordWriter } from './record-writer.js';

/** One input of a component: what it reads from, and the value that it has. */
export class Input {
  readonly edge: number;
  readonly role: EdgeRole;
  readonly reader: ChannelReader;
  /** What it gave last; a view stays valid as long as it is not let go. */
  value: unknown = undefined;
  /** Whether it has ever had one. */
  hasValue = false;
  /** The value was taken for a firing that has not begun. */
  taken = false;
  /** Why what was taken cannot be read. */
  failure: { readonly error: unknown } | undefined;
  readonly #payload: boolean;
  #initial: { readonly value: unknown } | undefined;
  /** How many more values are taken after it was cut off; negative before that. */
  #left = -1;
  /** What was taken, and cannot be read before its codecs are loaded. */
  #unread: { readonly slot: Uint8Array; readonly loading: Promise<void> } | undefined;

  constructor({ edge, role, initial, reader }: InputDescriptor) {
    this.edge = edge;
    this.role = role;
    this.reader = new ChannelReader(reader);
    this.#payload = reader.record === 'bytes';
    this.#initial = initial === undefined ? undefined : { value: initialOf(reader.record, initial.value) };
  }

  /** Whether there is a value that no firing has had. */
  get ready(): boolean {
    return this.taken || this.#initial !== undefined || this.#unread !== undefined || this.#comes;
  }

  /** Whether there is a value besides the one that was taken. */
  get hasNewer(): boolean {
    return this.#initial !== undefined || this.#comes;
  }

  get #comes(): boolean {
    return this.#left !== 0 && this.reader.ready;
  }

  /** Whether nothing will come any more. */
  get ended(): boolean {
    if (this.taken || this.#initial !== undefined || this.#unread !== undefined) return false;
    return this.#left === 0 || this.reader.ended;
  }

  /** Ends it after the values that have come. */
  cut(): void {
    if (this.#left < 0) this.#left = this.reader.backlog;
  }

  /** Settles when what was taken can be read; undefined when nothing has to be waited for. */
  get loading(): Promise<void> | undefined {
    return this.#unread?.loading;
  }

  /**
   * Takes the next value, and lets go of the one before; false when it was overtaken by newer ones just now, and when
   * {@link loading} has to be waited for. One that cannot be read is a {@link failure}.
   */
  take(): boolean {
    if (this.taken) return true;
    if (this.#initial !== undefined) {
      this.value = this.#initial.value;
      this.#initial = undefined;
    } else {
      const view = this.#unread?.slot ?? this.reader.tryTake();
      if (view === undefined) return false;
      if (this.#left > 0 && this.#unread === undefined) this.#left -= 1;
      if (!this.#payload) this.value = view;
      else if (!this.#read(view as Uint8Array)) return false; // a channel of bytes has these
    }
    this.hasValue ||= this.failure === undefined;
    this.taken = true;
    return true;
  }

  /** What cannot be read was taken all the same, for the firing that it was taken for with the values of other inputs. */
  #read(slot: Uint8Array): boolean {
    const tried = this.#unread !== undefined;
    this.#unread = undefined;
    try {
      const value = decodePayload(slot);
      if (!(value instanceof CodecsMissing)) this.value = value;
      else if (tried) throw codecsUnknown(value.codecs);
      else {
        this.#unread = { slot, loading: importCodecs(value.codecs) };
        return false;
      }
    } catch (error) {
      this.failure = { error };
    }
    this.reader.release();
    return true;
  }

  /** The firing is over: lets the value go, unless later firings are to see it again. */
  settle(keeps: boolean): void {
    this.taken = false;
    this.failure = undefined;
    if (keeps) return;
    this.value = undefined;
    if (this.#unread === undefined) this.reader.release();
  }

  close(): void {
    this.#initial = undefined;
    this.#unread = undefined;
    this.taken = false;
    this.failure = undefined;
    this.value = undefined;
    this.reader.close();
  }
}

/** What the first firing is given, in memory of its own. @throws DAG_OPTION for what is no fields of the struct, DAG_CANNOT_TRAVEL */
export function initialOf(record: RecordDescription, value: unknown): unknown {
  if (record === 'bytes') return payloadCopy(value, 'connect(): `initial`');
  const subject = 'connect(): `initial` must be an object with fields of the record';
  return new RecordWriter(structFrom(record), subject).record(value);
}
