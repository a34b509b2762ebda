/**
 * How one thread hands values to many without locks, without torn reads, and without writing under a reader's eyes.
 *
 * Values have sequence numbers 1, 2, 3 … and lie in the slots of a ring. The writer alone decides in which slot a value
 * lies (`entries[sequence]`, `sequences[slot]`). Each reader has a seat: its *cursor*, the number of the value that it
 * took last, and its *pin*, the value that it holds. It holds one at a time, for as long as it likes, across awaits.
 *
 * Slots. A ring has `retained + readers + 1` slots, `retained` being the largest capacity of its readers (1 for
 * `latest`). The writer never writes into the slots of the last `retained` values, nor into a pinned one. That leaves
 * `readers + 1` slots of which at most `readers` are pinned: one is always free, and the writer never waits for a pin.
 * (A reader that was about to pin while the writer looked may stand in its way twice, but only once per value.)
 *
 * Large slots are reused while they are in the cache, also those of retained values that nobody can want any more: which
 * all queue readers have taken, and which no other reader may go back to.
 *
 * Back-pressure. Before it claims a slot the writer waits until each `queue` reader has fewer than its capacity of values
 * before it (`published − cursor`). So all that a queue reader has not taken is among the last `retained`. It pins
 * before it moves its cursor: the writer, which sees the cursor before it may reuse the slot, sees the pin, too.
 *
 * Overtaking. `latest` takes the last value published, `leaky` the oldest of its last `capacity`. Either may be overtaken
 * between finding a slot and pinning it: the reader stores its pin and then looks whether the slot still has the sequence
 * number; the writer takes the number away and then looks at the pins. As all four are sequentially consistent, at least
 * one of them sees the other: the writer takes another slot and puts the number back, or the reader looks again.
 * The newest value is always retained, so a reader fails only if the writer published meanwhile.
 *
 * Order in memory. Content, length and number of a slot are written before `published` is stored, and read after it was
 * loaded; the pin is cleared after the last read, and loaded before the slot is written again.
 *
 * New rings. When readers connect or slots must grow, the owner makes a new ring. The writer goes over between two values:
 * it writes down where the old ring ends, and only then publishes in the new one. Sequence numbers,
 * cursors and pins go on; what is in the old ring stays as it is until its readers have passed it and let go of it.
 *
 * Bells. Readers are rung for each value, the writer only when it has found no room: it says so and then looks once more;
 * who takes a value or lets go of one does so and then looks whether the writer has said so.
 *
 * Ends. The writer closes after its last value: a reader that sees the flag and then nothing before it has seen all. Who
 * dies leaves nothing locked: a value that was not published does not exist, and the owner marks the seat of a dead
 * reader as gone, after which neither its cursor nor its pin counts.
 *
 * Numbers are kept in 32 bits and compared by their differences. Pins tell them apart modulo 2³¹: who holds one value for
 * that many may keep one more slot from the writer, which then waits like for a full queue.
 */

/** Words of a channel. The number published last and the flags lie on cache lines of their own. */
export const PUBLISHED = 0;
export const FLAGS = 16;
/** Set while the writer waits for room. */
export const WANTING = 17;
export const CHANNEL_WORDS = 32;

/** Flags of a channel: the writer has ended, or died. */
export const CLOSED = 1;
export const DEAD = 2;

/** Words of a ring. */
export const BEGUN = 0;
export const MOVED = 1;
export const END = 2;
export const RING_WORDS = 3;

/** States of a seat: the writer does not know it yet, counts with it, or no longer. */
export const PENDING = 0;
export const ACTIVE = 1;
export const GONE = 2;

/** What a pin says of a value; 0 is no pin. */
export function pinOf(sequence: number): number {
  return (sequence << 1) | 1;
}

/** The number of a slot without any value: of one that readers will look for only after a billion others. */
export function invalidAt(published: number): number {
  return (published + 0x4000_0000) | 0;
}

/** How many values lie between two numbers. */
export function distance(from: number, to: number): number {
  return (to - from) >>> 0;
}

/** Whether a number comes after another one. */
export function isAfter(sequence: number, other: number): boolean {
  return ((sequence - other) | 0) > 0;
}
