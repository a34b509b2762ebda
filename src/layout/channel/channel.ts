import { Bell } from './bell.js';
import type { EdgePolicy, ReaderDescriptor, RingDescriptor, RingReader, WriterDescriptor } from './descriptors.js';
import { type ChannelOptions, checkChannelOptions, checkReaderOptions, type ReaderOptions } from './options.js';
import { CHANNEL_WORDS, DEAD, distance, FLAGS, isAfter, PUBLISHED } from './protocol.js';
import { type RecordFormat, recordFormat } from './record.js';
import { allocateRing, Ring, strideOf } from './ring.js';
import { Seat } from './seat.js';

const DEFAULT_SLOT_BYTES = 1024;
const DEFAULT_CAPACITY = 64;
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

/** What became of the values of one reader. */
export interface ReaderStats {
  readonly policy: EdgePolicy;
  /** Values taken. */
  readonly values: number;
  /** Values that a `latest` reader did not get because newer ones came. */
  readonly overwritten: number;
  /** Values that a `leaky` reader did not get because it was full. */
  readonly dropped: number;
  /** Values before it now. */
  readonly depth: number;
  /** Half of the values were taken within so many ms after they were published, as far as they were timed. */
  readonly p50: number | undefined;
  /** 99 % of the values were taken within so many ms. */
  readonly p99: number | undefined;
}

interface Connection {
  readonly id: number;
  readonly seat: Seat;
  readonly memory: SharedArrayBuffer;
  readonly options: Required<ReaderOptions>;
}

/**
 * A channel as its owner has it, who makes the ends of it for other threads and settles what dead ones had: the thread
 * that coordinates, which need neither write nor read itself.
 *
 * Whoever has connected a reader, or grown the slots, sends the rings that `commit` gives to the writer and to all readers,
 * for `attach`. Nothing has to wait for that, and who has a ring already ignores it.
 */
export class Channel {
  readonly #words = new SharedArrayBuffer(CHANNEL_WORDS * Int32Array.BYTES_PER_ELEMENT);
  readonly #state = new Int32Array(this.#words);
  readonly #options: ChannelOptions;
  readonly #bell: SharedArrayBuffer;
  readonly #format: RecordFormat;
  readonly #connections = new Map<number, Connection>();
  #slotBytes: number;
  #rings: Ring[] = [];
  #ids = 0;
  #generation = 0;
  #announced = 0;
  #changed = true;

  /** @throws DAG_OPTION */
  constructor(options: ChannelOptions) {
    checkChannelOptions(options);
    this.#options = options;
    this.#bell = options.bell ?? Bell.allocate();
    this.#format = recordFormat(options.record);
    this.#slotBytes = this.#format.size ?? options.slotBytes ?? DEFAULT_SLOT_BYTES;
  }

  /**
   * Adds a reader, which gets what is published after the writer has learned of it.
   *
   * @returns its number.
   * @throws DAG_OPTION
   */
  connect(options: ReaderOptions = {}): number {
    checkReaderOptions(options);
    const id = (this.#ids += 1);
    const memory = Seat.allocate();
    const bell = options.bell ?? Bell.allocate();
    const { policy = 'latest', capacity = DEFAULT_CAPACITY, maxBytes = DEFAULT_MAX_BYTES } = options;
    const seat = new Seat({ memory, bell });
    this.#connections.set(id, { id, seat, memory, options: { policy, capacity, maxBytes, bell } });
    this.#changed = true;
    return id;
  }

  /** Forgets a reader that has closed, or whose thread has ended: the writer does not wait for it any more. */
  disconnect(id: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection.seat.leave();
    connection.seat.bell.ring();
    new Bell(this.#bell).ring();
    this.#connections.delete(id);
  }

  /** Asks for slots of at least so many bytes; at least twice as many as before, if they do not suffice. */
  grow(bytes: number): void {
    if (bytes <= this.#slotBytes) return;
    this.#slotBytes = Math.max(bytes, this.#slotBytes * 2);
    this.#changed = true;
  }

  /** The rings made since the last time, because readers or slots have changed: for `attach` of all ends, in this order. */
  commit(): readonly RingDescriptor[] {
    this.#build();
    const news = this.#rings.filter(({ descriptor }) => descriptor.generation > this.#announced);
    this.#announced = this.#generation;
    return news.map(({ descriptor }) => descriptor);
  }

  /** What the writer's thread needs. */
  writer(): WriterDescriptor {
    this.#build();
    const rings = this.#rings.map(({ descriptor }) => descriptor);
    return { words: this.#words, writerBell: this.#bell, record: this.#options.record, rings };
  }

  /** What the thread of a reader needs. */
  reader(id: number): ReaderDescriptor {
    const { rings, ...channel } = this.writer();
    return { ...channel, id, rings: rings.filter(({ readers }) => readers.some((reader) => reader.id === id)) };
  }

  /** The thread of the writer has ended: readers get what it has published, and then see the end. */
  endWriter(): void {
    Atomics.or(this.#state, FLAGS, DEAD);
    new Bell(this.#bell).ring();
    for (const { seat } of this.#connections.values()) seat.bell.ring();
  }

  /** Number of values published, modulo 2³². */
  get published(): number {
    return distance(0, Atomics.load(this.#state, PUBLISHED));
  }

  /** What became of the values of a reader; undefined when it was disconnected. */
  stats(id: number): ReaderStats | undefined {
    const connection = this.#connections.get(id);
    if (connection === undefined) return undefined;
    const { seat, options } = connection;
    const { policy } = options;
    // In this order: a cursor counts once the seat is active, and never comes after what is published.
    const { active, cursor, lost } = seat;
    const backlog = active ? distance(cursor, Atomics.load(this.#state, PUBLISHED)) : 0;
    const most = policy === 'latest' ? 1 : this.#place(connection).capacity;
    const depth = policy === 'queue' ? backlog : Math.min(backlog, most);
    const missed = lost + backlog - depth;
    return {
      policy,
      values: seat.read,
      overwritten: policy === 'latest' ? missed : 0,
      dropped: policy === 'leaky' ? missed : 0,
      depth,
      p50: seat.latency(0.5),
      p99: seat.latency(0.99),
    };
  }

  #build(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#forgetRings();
    const readers = Array.from(this.#connections.values(), (connection) => this.#place(connection));
    const retained = Math.max(1, ...readers.map(({ capacity }) => capacity));
    const size = { slots: retained + readers.length + 1, slotBytes: this.#slotBytes, retained };
    const descriptor = { ...size, generation: (this.#generation += 1), memory: allocateRing(size), readers };
    this.#rings.push(new Ring(descriptor, this.#format));
  }

  #place({ id, memory, options }: Connection): RingReader {
    const { policy, capacity, maxBytes, bell } = options;
    const held = Math.max(1, Math.floor(maxBytes / strideOf(this.#slotBytes)));
    return { id, policy, memory, bell, capacity: policy === 'latest' ? 1 : Math.min(capacity, held) };
  }

  /** Drops the rings that all their readers have passed. */
  #forgetRings(): void {
    this.#rings = this.#rings.filter(({ last, descriptor }) => {
      if (last === undefined) return true;
      return descriptor.readers.some(({ id }) => {
        const seat = this.#connections.get(id)?.seat;
        return seat !== undefined && !seat.gone && isAfter(last, seat.cursor);
      });
    });
  }
}
