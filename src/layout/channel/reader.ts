import { DagError } from '../../errors.js';
import { Bell } from './bell.js';
import { clock } from './clock.js';
import type { EdgePolicy, ReaderDescriptor, RingDescriptor } from './descriptors.js';
import { CHANNEL_WORDS, distance, FLAGS, pinOf, PUBLISHED, WANTING } from './protocol.js';
import { type RecordFormat, recordFormat } from './record.js';
import { Ring } from './ring.js';
import { Seat } from './seat.js';

/**
 * The reading end of a channel on one thread. What `take` gives is valid until the next `take`, `release` or `close`, also
 * across awaits; the writer does not touch it. See `protocol.ts`.
 */
export class ChannelReader<View = unknown> {
  /** Rung when there may be something to take; to be waited at with others of the thread. */
  readonly bell: Bell;
  readonly #id: number;
  readonly #words: Int32Array;
  readonly #seat: Seat;
  readonly #writer: Bell;
  readonly #format: RecordFormat;
  readonly #policy: EdgePolicy;
  /** The oldest is the one that it reads in. */
  readonly #rings: Ring[];
  /** Never grows: what it passed over stays behind. */
  #capacity = Infinity;
  #cursor = 0;
  #active = false;
  #holds = false;
  #left = false;

  /** Goes on where another reader with this seat, which must have ended, has left off. */
  constructor({ id, words, writerBell, record, rings }: ReaderDescriptor) {
    this.#id = id;
    this.#words = new Int32Array(words, 0, CHANNEL_WORDS);
    this.#writer = new Bell(writerBell);
    this.#format = recordFormat(record);
    this.#rings = rings.map((ring) => new Ring(ring, this.#format));
    const place = rings.at(-1)?.readers.find((reader) => reader.id === id);
    if (place === undefined) throw new DagError('DAG_INTERNAL', { message: `A channel has no reader ${id}.` });
    this.#policy = place.policy;
    this.#seat = new Seat(place);
    this.bell = this.#seat.bell;
    this.#limit();
  }

  /** Whether `tryTake` would give a value. */
  get ready(): boolean {
    if (this.#left || !this.#isActive()) return false;
    const published = Atomics.load(this.#words, PUBLISHED);
    const backlog = distance(this.#cursor, published);
    return backlog > 0 && this.#ringOf((this.#cursor + 1 + this.#passedOver(backlog)) | 0) !== undefined;
  }

  /** How many values it would take if none came any more. */
  get backlog(): number {
    if (this.#left || !this.#isActive()) return 0;
    const backlog = distance(this.#cursor, Atomics.load(this.#words, PUBLISHED));
    return backlog - this.#passedOver(backlog);
  }

  /** Whether the writer has ended: what it has published may still be there. */
  get closed(): boolean {
    return this.#left || Atomics.load(this.#words, FLAGS) !== 0;
  }

  /** Whether nothing will come any more: the writer has ended and all was taken, or this reader has closed. */
  get ended(): boolean {
    if (this.#left) return true;
    // The flags first: what was published before they were set is seen after them.
    if (Atomics.load(this.#words, FLAGS) === 0) return false;
    return !this.#isActive() || Atomics.load(this.#words, PUBLISHED) === this.#cursor;
  }

  /** Learns of a new ring of the channel, any time before or after the writer has gone over to it. */
  attach(descriptor: RingDescriptor): void {
    if (descriptor.generation <= (this.#rings.at(-1)?.descriptor.generation ?? 0)) return;
    this.#rings.push(new Ring(descriptor, this.#format));
    this.#limit();
    this.bell.ring();
  }

  /** The next value by the reader's policy, pinned; undefined when there is none now. Lets go of the one before. */
  tryTake(): View | undefined {
    while (!this.#left && this.#isActive()) {
      const published = Atomics.load(this.#words, PUBLISHED);
      const backlog = distance(this.#cursor, published);
      if (backlog === 0) break;
      const lost = this.#passedOver(backlog);
      const sequence = (this.#cursor + 1 + lost) | 0;
      const ring = this.#ringOf(sequence);
      if (ring === undefined) break;
      const slot = ring.slotOf(sequence);
      this.#holds = true;
      this.#seat.setPin(pinOf(sequence));
      if (Atomics.load(ring.sequences, slot) === sequence) return this.#take(ring, { slot, sequence, lost });
      if (this.#policy === 'queue') {
        throw new DagError('DAG_INTERNAL', { message: `A channel has lost value ${sequence} of a queue.` });
      }
    }
    this.release();
    return undefined;
  }

  /** Waits for the next value, while the event loop runs on; undefined at the end. */
  async take(): Promise<View | undefined> {
    let view = this.tryTake();
    if (view !== undefined || this.ended) return view;
    await this.bell.until(() => (view = this.tryTake()) !== undefined || this.ended);
    return view;
  }

  /**
   * Waits for the next value up to `timeout` ms, default for ever, and blocks the thread: for threads with nothing else
   * to do. Undefined at the end, and when the time is over.
   */
  takeSync(timeout = Infinity): View | undefined {
    let view = this.tryTake();
    if (view !== undefined || this.ended) return view;
    this.bell.untilSync(() => (view = this.tryTake()) !== undefined || this.ended, timeout);
    return view;
  }

  /** Lets go of the value taken last: its view must not be used any more. */
  release(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#seat.setPin(0);
    this.#makeRoom();
  }

  /** Ends reading: the writer does not wait for this reader any more. Who waits in `take` gets undefined. */
  close(): void {
    if (this.#left) return;
    this.#left = true;
    this.#holds = false;
    this.#seat.setPin(0);
    this.#seat.leave();
    this.#writer.ring();
    this.bell.ring();
  }

  #take(ring: Ring, { slot, sequence, lost }: { slot: number; sequence: number; lost: number }): View {
    this.#cursor = sequence;
    this.#seat.take(sequence, lost);
    const stamp = ring.stamps[slot] ?? 0;
    if (stamp !== 0) this.#seat.countLatency(clock() - stamp);
    this.#makeRoom();
    return ring.view(slot, ring.lengths[slot] ?? 0) as View; // as the record of the channel says
  }

  /** There is room for a value, perhaps: for a writer that has found none. */
  #makeRoom(): void {
    if (Atomics.load(this.#words, WANTING) === 0) return;
    Atomics.store(this.#words, WANTING, 0);
    this.#writer.ring();
  }

  #isActive(): boolean {
    if (this.#active) return true;
    if (!this.#seat.active) return false;
    this.#cursor = this.#seat.cursor;
    this.#active = true;
    return true;
  }

  /** How many of the values before it this reader skips. */
  #passedOver(backlog: number): number {
    if (this.#policy === 'queue') return 0;
    return this.#policy === 'latest' ? backlog - 1 : Math.max(backlog - this.#capacity, 0);
  }

  /** The ring of a value that was published; undefined if it is not known here yet. */
  #ringOf(sequence: number): Ring | undefined {
    for (;;) {
      const ring = this.#rings[0];
      if (ring?.isPast(sequence) !== true) return ring;
      if (this.#rings.length === 1) return undefined;
      this.#rings.shift();
      this.#limit();
    }
  }

  /** The last values of this number are retained in each ring that it knows. */
  #limit(): void {
    const capacities = this.#rings.map(
      ({ descriptor }) => descriptor.readers.find(({ id }) => id === this.#id)?.capacity ?? 1,
    );
    this.#capacity = Math.min(this.#capacity, ...capacities);
  }
}
