import { DagError } from '../../errors.js';
import { Bell } from './bell.js';
import { clock } from './clock.js';
import type { EdgePolicy, RingDescriptor, WriterDescriptor } from './descriptors.js';
import { CHANNEL_WORDS, CLOSED, distance, FLAGS, invalidAt, pinOf, PUBLISHED, WANTING } from './protocol.js';
import { type RecordFormat, recordFormat } from './record.js';
import { Ring } from './ring.js';
import { Seat } from './seat.js';

/** Values published faster than this, in ms each, are timed only now and then: a look at the clock costs 50 ns. */
const FAST = 0.01;
const TIMED = 16;
/** Slots of so many bytes are worth reusing while they are in the cache, and take long to clear. */
const LARGE = 4096;
const NONE = -1;

/** What a writer may be given. */
export interface WriterOptions {
  /** Asks the owner for slots of at least so many bytes. Default: a value that is too long is an error. */
  readonly onGrow?: (bytes: number) => void;
}

/** A reader as the writer counts with it. */
interface Audience {
  readonly seat: Seat;
  readonly policy: EdgePolicy;
  /** Most values before it; those of a `queue` reader make the writer wait. */
  readonly capacity: number;
}

/**
 * The writing end of a channel, one at a time: claims a slot, gives it to be filled, also across awaits, and publishes it.
 * See `protocol.ts`.
 */
export class ChannelWriter<View = unknown> {
  /** Rung when there may be room again. */
  readonly bell: Bell;
  readonly #words: Int32Array;
  readonly #format: RecordFormat;
  readonly #onGrow: ((bytes: number) => void) | undefined;
  /** Whether slots are cleared before they are filled. */
  readonly #clears: boolean;
  #ring: Ring;
  #audience: readonly Audience[] = [];
  /** Slots in the order in which they were filled, in a circle; the one that is claimed is not among them. */
  #order = new Int32Array();
  #oldest = 0;
  #claimed = NONE;
  #published: number;
  /** Rings to go over to after the present value. */
  #next: Ring[] = [];
  #untilTimed = 0;
  #stride = 1;
  #lastTimed = 0;
  #asked = 0;

  /** Goes on where another writer of the channel, which must have ended, has left off. */
  constructor({ words, writerBell, record, rings }: WriterDescriptor, { onGrow }: WriterOptions = {}) {
    this.bell = new Bell(writerBell);
    this.#words = new Int32Array(words, 0, CHANNEL_WORDS);
    this.#format = recordFormat(record);
    this.#onGrow = onGrow;
    this.#clears = this.#format.size !== undefined && this.#format.size < LARGE;
    this.#published = Atomics.load(this.#words, PUBLISHED);
    const opened = rings.map((ring) => new Ring(ring, this.#format));
    const present = opened.findLast((ring) => ring.begun) ?? opened[0];
    if (present === undefined) throw new DagError('DAG_INTERNAL', { message: 'A channel has no ring.' });
    this.#ring = present;
    this.#enter(present);
    const place = opened.indexOf(present);
    // The writer before may have died between the rings.
    for (const ring of opened.slice(0, place)) ring.end(this.#published);
    for (const ring of opened.slice(place + 1)) this.#goTo(ring);
  }

  /** Whether it will take no more values. */
  get closed(): boolean {
    return Atomics.load(this.#words, FLAGS) !== 0;
  }

  /** Most bytes of a value now. */
  get slotBytes(): number {
    return this.#ring.descriptor.slotBytes;
  }

  /** Whether no queue reader is full, so that a slot can be claimed. If not, readers ring from now on. */
  get hasRoom(): boolean {
    return this.#orWants(this.#isRoom);
  }

  /** Asks once more after it has told readers that they are waited for. */
  #orWants(found: () => boolean): boolean {
    if (found()) return true;
    Atomics.store(this.#words, WANTING, 1);
    return found();
  }

  readonly #isRoom = (): boolean => {
    const published = this.#published;
    for (const { seat, policy, capacity } of this.#audience) {
      if (policy === 'queue' && seat.active && distance(seat.cursor, published) >= capacity) return false;
    }
    return true;
  };

  /** Goes over to a new ring of the owner's, at once or after the value that is being filled. */
  attach(descriptor: RingDescriptor): void {
    const ring = new Ring(descriptor, this.#format);
    if (this.#claimed === NONE) this.#goTo(ring);
    else this.#next.push(ring);
    this.bell.ring();
  }

  /**
   * A slot to be filled; undefined while a queue reader is full, while a longer slot was asked
   * for, and after the end. The same slot again until it is published or cancelled. A record of less than 4 KiB is all zeros
   * at first; what is longer, or no record, has what was left there.
   *
   * @param bytes how long the value may become; for channels of bytes. Default what a slot has.
   * @throws DAG_OPTION when it is longer than a slot and there is no `onGrow`.
   */
  tryClaim(bytes = 0): View | undefined {
    if (this.closed || !this.#fits(bytes)) return undefined;
    if (this.#claimed === NONE) {
      if (!this.hasRoom || !this.#orWants(this.#takeSlot)) return undefined;
      if (this.#clears) this.#ring.clear(this.#claimed);
    }
    return this.#ring.view(this.#claimed, this.slotBytes) as View; // as the record of the channel says
  }

  /** Waits for a slot, while the event loop runs on; undefined after the end. @throws DAG_OPTION */
  async claim(bytes = 0): Promise<View | undefined> {
    let view = this.tryClaim(bytes);
    if (view !== undefined) return view;
    await this.bell.until(() => (view = this.tryClaim(bytes)) !== undefined || this.closed);
    return view;
  }

  /** Waits for a slot up to `timeout` ms, default for ever, and blocks the thread: for threads with nothing else to do. */
  claimSync(bytes = 0, timeout = Infinity): View | undefined {
    let view = this.tryClaim(bytes);
    if (view !== undefined) return view;
    this.bell.untilSync(() => (view = this.tryClaim(bytes)) !== undefined || this.closed, timeout);
    return view;
  }

  /** Publishes the slot that was claimed. @param length bytes of the value; for channels of bytes. */
  publish(length = this.slotBytes): void {
    const slot = this.#claimed;
    if (slot === NONE) throw new DagError('DAG_INTERNAL', { message: 'A channel was to publish without a claim.' });
    const ring = this.#ring;
    const sequence = (this.#published + 1) | 0;
    ring.lengths[slot] = length;
    ring.stamps[slot] = this.#stamp();
    ring.enter(sequence, slot);
    this.#order[(this.#oldest + this.#order.length - 1) % this.#order.length] = slot;
    this.#claimed = NONE;
    this.#published = sequence;
    Atomics.store(this.#words, PUBLISHED, sequence);
    for (const { seat } of this.#audience) seat.bell.ring();
    this.#moveOn();
  }

  /** Gives the slot that was claimed back; nobody has seen it. */
  cancel(): void {
    if (this.#claimed === NONE) return;
    this.#oldest = (this.#oldest + this.#order.length - 1) % this.#order.length;
    this.#order[this.#oldest] = this.#claimed;
    this.#claimed = NONE;
    this.#moveOn();
  }

  /** Ends the channel: readers get what was published and then see the end. */
  close(): void {
    this.cancel();
    Atomics.or(this.#words, FLAGS, CLOSED);
    this.bell.ring();
    for (const { seat } of this.#audience) seat.bell.ring();
  }

  #fits(bytes: number): boolean {
    if (bytes <= this.slotBytes) return true;
    if (this.#onGrow === undefined) {
      throw new DagError('DAG_OPTION', {
        message: `A value of a channel must have at most ${this.slotBytes} bytes, got ${bytes}.`,
      });
    }
    // A slot that was claimed before would keep the writer from going over to the ring that it asks for.
    this.cancel();
    if (bytes > this.#asked) {
      this.#asked = bytes;
      this.#onGrow(bytes);
    }
    return bytes <= this.slotBytes;
  }

  /** Takes a slot that nobody has pinned, of those whose values are not retained. */
  readonly #takeSlot = (): boolean => {
    const count = this.#order.length;
    if (this.slotBytes < LARGE) {
      // Not one that a reader may just look at: for small values the time goes into moving cache lines between threads.
      const free = count - this.#ring.descriptor.retained;
      for (let age = 0; age < free; age += 1) if (this.#takeAt(age)) return true;
      return false;
    }
    // The one that was used last: it is in the cache.
    for (let age = count - this.#unread() - 1; age >= 0; age -= 1) if (this.#takeAt(age)) return true;
    return false;
  };

  /** How many of the last values some reader may still want: fewer than are retained where queue readers have taken them. */
  #unread(): number {
    let unread = 1;
    for (const { seat, policy, capacity } of this.#audience) {
      if (seat.gone) continue;
      unread = Math.max(unread, policy === 'queue' ? distance(seat.cursor, this.#published) : capacity);
    }
    return unread;
  }

  #takeAt(place: number): boolean {
    const order = this.#order;
    const count = order.length;
    const slot = order[(this.#oldest + place) % count] ?? 0;
    if (!this.#invalidate(slot)) return false;
    for (let at = place; at > 0; at -= 1) {
      order[(this.#oldest + at) % count] = order[(this.#oldest + at - 1) % count] ?? 0;
    }
    this.#oldest = (this.#oldest + 1) % count;
    this.#claimed = slot;
    return true;
  }

  /** Takes a slot's number away, unless a reader has pinned it. */
  #invalidate(slot: number): boolean {
    const { sequences } = this.#ring;
    const sequence = sequences[slot] ?? 0;
    const pin = pinOf(sequence);
    if (this.#isPinned(pin)) return false;
    Atomics.store(sequences, slot, invalidAt(this.#published));
    if (!this.#isPinned(pin)) return true;
    Atomics.store(sequences, slot, sequence);
    return false;
  }

  #isPinned(pin: number): boolean {
    for (const { seat } of this.#audience) if (seat.pin === pin && !seat.gone) return true;
    return false;
  }

  #stamp(): number {
    if (--this.#untilTimed > 0) return 0;
    const now = clock();
    this.#stride = (now - this.#lastTimed) / this.#stride < FAST ? TIMED : 1;
    this.#untilTimed = this.#stride;
    this.#lastTimed = now;
    return now;
  }

  #moveOn(): void {
    for (let ring = this.#next.shift(); ring !== undefined; ring = this.#next.shift()) this.#goTo(ring);
  }

  #goTo(ring: Ring): void {
    if (ring.descriptor.generation <= this.#ring.descriptor.generation) return;
    const before = this.#ring;
    const audience = this.#audience;
    this.#ring = ring;
    this.#enter(ring);
    before.end(this.#published);
    // Who waits for a longer slot may ask again.
    this.#asked = 0;
    for (const { seat } of audience) seat.bell.ring();
  }

  #enter(ring: Ring): void {
    ring.begin(this.#published);
    this.#order = Int32Array.from(ring.slotsByAge(this.#published));
    this.#oldest = 0;
    this.#audience = ring.descriptor.readers.map((reader) => ({
      seat: new Seat(reader),
      policy: reader.policy,
      capacity: reader.capacity,
    }));
    for (const { seat } of this.#audience) {
      seat.activate(this.#published);
      seat.bell.ring();
    }
  }
}
