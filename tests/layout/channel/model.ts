import { Channel } from '../../../src/layout/channel/channel.js';
import type { EdgePolicy, RingDescriptor } from '../../../src/layout/channel/descriptors.js';
import { ChannelReader } from '../../../src/layout/channel/reader.js';
import { ChannelWriter } from '../../../src/layout/channel/writer.js';
import { struct } from '../../../src/memory/struct/define.js';
import type { StructView } from '../../../src/memory/struct/definition.js';

const Small = struct({ words: ['f64', 3] });
const Large = struct({ words: ['f64', 512] });
type View = StructView<typeof Small>;

interface Held {
  readonly view: View;
  readonly value: number;
}

/** A reader, and what it may get. */
class Reader {
  readonly end: ChannelReader<View>;
  held: Held | undefined;
  /** The last value that it took or must not get; undefined while the writer does not know it. */
  last: number | undefined;
  taken = 0;
  running = false;
  /** Rings that it was told of and has not heard of yet. */
  mail: RingDescriptor[] = [];

  constructor(
    readonly channel: Channel,
    readonly id: number,
    readonly policy: EdgePolicy,
    readonly capacity: number,
  ) {
    this.end = new ChannelReader<View>(channel.reader(id));
  }
}

/** One channel in one thread, every step of which is checked against what the policies promise. */
export class ChannelModel {
  readonly channel: Channel;
  readonly readers: Reader[] = [];
  readonly #writer: ChannelWriter<View>;
  #claimed: View | undefined;
  /** Values whose publishing has begun, and those that every reader must see. */
  #published = 0;
  #visible = 0;
  #writing = false;

  /** @param large whether slots are reused as soon as they can. */
  constructor(readers: readonly (readonly [EdgePolicy, number])[], { from = 0, large = false } = {}) {
    this.channel = new Channel({ record: (large ? Large : Small).describe() });
    const { words } = this.channel.writer();
    new Int32Array(words)[0] = from;
    this.#published = from;
    this.#visible = from;
    const seats = readers.map(
      ([policy, capacity]) => [this.channel.connect({ policy, capacity }), policy, capacity] as const,
    );
    for (const [id, policy, capacity] of seats) this.readers.push(new Reader(this.channel, id, policy, capacity));
    this.#writer = new ChannelWriter<View>(this.channel.writer());
    // What `writer()` gave at first was a ring without readers.
    this.activate();
  }

  /** The writer claims a slot, or fills and publishes the one that it has; not while it is at it. */
  write(): void {
    if (this.#writing) return;
    this.#writing = true;
    const full = this.readers.some((reader) => this.#isFull(reader));
    const undisturbed = !this.readers.some(({ running }) => running);
    if (this.#claimed === undefined) {
      this.#claimed = this.#writer.tryClaim();
      if (this.#claimed === undefined && !full && undisturbed) throw new Error('the writer waits without a full queue');
      if (this.#claimed !== undefined) this.#claimed.words.fill(0xdead);
    } else {
      this.#claimed.words.fill(this.#published + 1);
      this.#claimed = undefined;
      this.#published += 1;
      this.#writer.publish();
      this.#visible = this.#published;
      this.activate();
    }
    this.#writing = false;
    this.check();
  }

  /** Gives up what is claimed. */
  cancel(): void {
    if (this.#writing || this.#claimed === undefined) return;
    this.#writing = true;
    this.#writer.cancel();
    this.#claimed = undefined;
    this.activate();
    this.#writing = false;
  }

  /** A reader takes its next value. */
  take(index: number): void {
    const reader = this.readers[index % Math.max(1, this.readers.length)];
    if (reader === undefined || reader.running) return;
    reader.running = true;
    const before = this.#visible;
    reader.held = undefined;
    const view = reader.end.tryTake();
    reader.running = false;
    if (view !== undefined) this.#checkTaken(reader, view, before);
    else if (reader.last !== undefined && reader.last < before && reader.mail.length === 0)
      throw new Error('a reader missed a value that was there');
    this.check();
  }

  /** A reader lets go of what it holds. */
  release(index: number): void {
    const reader = this.readers[index % Math.max(1, this.readers.length)];
    if (reader === undefined || reader.running) return;
    reader.held = undefined;
    reader.running = true;
    reader.end.release();
    reader.running = false;
  }

  /** A reader learns of a ring. */
  deliver(index: number): void {
    const reader = this.readers[index % Math.max(1, this.readers.length)];
    const ring = reader?.running === false ? reader.mail.shift() : undefined;
    if (ring !== undefined) reader?.end.attach(ring);
  }

  /** Another reader comes; the others learn of its ring at some later time. */
  connect(policy: EdgePolicy, capacity: number): void {
    if (this.#writing || this.readers.some(({ running }) => running)) return;
    const id = this.channel.connect({ policy, capacity });
    const rings = this.channel.commit();
    for (const { mail } of this.readers) mail.push(...rings);
    this.readers.push(new Reader(this.channel, id, policy, capacity));
    for (const ring of rings) this.#writer.attach(ring);
    if (this.#claimed === undefined) this.activate();
    this.check();
  }

  /** A reader goes. */
  disconnect(index: number): void {
    const at = index % Math.max(1, this.readers.length);
    const reader = this.readers[at];
    if (this.#writing || reader === undefined || this.readers.some(({ running }) => running)) return;
    reader.end.close();
    this.channel.disconnect(reader.id);
    this.readers.splice(at, 1);
  }

  /** The writer ends, and all take what is left. */
  finish(): void {
    this.#writer.close();
    for (const [index, reader] of this.readers.entries()) {
      for (let round = 0; !reader.end.ended; round += 1) {
        this.deliver(index);
        if (round > 10_000) throw new Error('a reader never ends');
        this.take(index);
      }
      if (reader.policy === 'queue' && reader.last !== undefined && reader.last !== this.#published) {
        throw new Error(`a queue ended at ${reader.last} of ${this.#published}`);
      }
      const stats = this.channel.stats(reader.id);
      if (stats?.values !== reader.taken || stats.depth !== 0) throw new Error('the counts are wrong');
    }
  }

  /** What is held stays as it was. */
  check(): void {
    for (const { held } of this.readers) {
      if (held !== undefined && !held.view.words.every((word) => word === held.value)) {
        throw new Error(`value ${held.value} was overwritten in the hands of its reader: ${String(held.view.words)}`);
      }
    }
  }

  private activate(): void {
    for (const reader of this.readers) reader.last ??= this.#published;
  }

  #isFull({ policy, capacity, last }: Reader): boolean {
    return policy === 'queue' && last !== undefined && this.#published - last >= capacity;
  }

  #checkTaken(reader: Reader, view: View, before: number): void {
    const value = view.words[0] ?? 0;
    const { last = 0, policy, capacity } = reader;
    const oldest = (published: number): number => Math.max(last + 1, published - capacity + 1);
    if (policy === 'queue' && value !== last + 1) throw new Error(`a queue gave ${value} after ${last}`);
    if (policy === 'latest' && (value <= last || (value < before && reader.mail.length === 0)))
      throw new Error(`latest gave ${value} of ${before}`);
    if (policy === 'leaky' && (value < oldest(before) || value > oldest(this.#published))) {
      throw new Error(`a leaky reader of ${capacity} gave ${value} after ${last}, with ${before} published`);
    }
    if (value > this.#published) throw new Error(`value ${value} was not published`);
    reader.last = value;
    reader.taken += 1;
    reader.held = { view, value };
  }
}
