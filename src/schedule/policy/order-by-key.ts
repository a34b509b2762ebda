import { stableSort } from './stable-sort.js';

/** From this length on, counting 16-bit digits beats comparing. */
const LONG = 4_096;
const DIGITS = 65_536;

/**
 * Lists tasks by ascending key, those of equal key as in `ties`, another list of them. Keys may be any numbers but NaN.
 * O(tasks log tasks) for few tasks, O(tasks) for many.
 */
export function orderByKey(keys: Float64Array, ties: Int32Array): Int32Array {
  const order = ties.slice();
  if (order.length < LONG) {
    stableSort(order, {
      start: 0,
      end: order.length,
      precedes: (a, b) => (keys[a] as number) < (keys[b] as number),
    });
    return order;
  }
  return radixSort(order, keys);
}

/** Sorts by the bits of the keys, lowest digit first. Skips digits in which all keys agree: whole numbers have many. */
function radixSort(order: Int32Array, keys: Float64Array): Int32Array {
  const words = sortableWords(keys);
  let from: Int32Array = order;
  let to: Int32Array = new Int32Array(order.length);
  const next = new Int32Array(DIGITS);
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >> 1;
    const shift = (digit & 1) * 16;
    next.fill(0);
    for (let task = 0; task < from.length; task++) {
      const value = ((words[2 * task + word] as number) >>> shift) & (DIGITS - 1);
      next[value] = (next[value] as number) + 1;
    }
    if (next.includes(from.length)) continue;
    let sum = 0;
    for (let value = 0; value < DIGITS; value++) {
      const counted = next[value] as number;
      next[value] = sum;
      sum += counted;
    }
    for (let at = 0; at < from.length; at++) {
      const task = from[at] as number;
      const value = ((words[2 * task + word] as number) >>> shift) & (DIGITS - 1);
      const place = next[value] as number;
      to[place] = task;
      next[value] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** The keys as pairs of words, low before high, that compare as unsigned integers in the order of the keys. */
function sortableWords(keys: Float64Array): Uint32Array {
  const copy = new Float64Array(keys.length);
  // Adding 0 turns -0, whose bits differ, into 0.
  for (let at = 0; at < keys.length; at++) copy[at] = (keys[at] as number) + 0;
  const words = new Uint32Array(copy.buffer);
  // 1 on little-endian machines, 0 on others.
  const high = new Uint8Array(Uint16Array.of(1).buffer)[0] as number;
  for (let at = 0; at < words.length; at += 2) {
    let low = words[at + 1 - high] as number;
    let top = words[at + high] as number;
    if (top >>> 31 === 1) {
      low = ~low;
      top = ~top;
    } else top |= 0x80000000;
    words[at] = low;
    words[at + 1] = top;
  }
  return words;
}
