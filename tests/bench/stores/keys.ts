import { createXXHash128 } from 'hash-wasm';
import { takeTurns } from '../streams/measurement.js';
import { bytesText } from './bytes-text.js';
import { keyedNode, keyOf, openKeys, type KeyedCall } from './keys-by-hand.js';
import type { Group, PartOptions } from './part.js';
import { microsecondsEachNow } from './per-operation.js';

const ARRAYS = [64 * 2 ** 10, 8 * 2 ** 20];
/** Bytes that are hashed in a turn, in so many keys at most. */
const TURN = 64 * 2 ** 20;
const KEYS = 5_000;

/** What it costs to name a call. */
export async function keys({ rounds, sizes = ARRAYS }: PartOptions): Promise<Group[]> {
  await openKeys();
  const take = keyedNode((...values: readonly unknown[]) => values.length, { name: 'take' });
  const numbers = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field ${at}`, at / 3]));
  const text = 'x'.repeat(1024);
  const each = (call: () => KeyedCall) => (): number => microsecondsEachNow(KEYS, () => keyOf(call()));
  const groups: Group[] = [
    {
      name: 'key of small arguments',
      unit: 'µs',
      measured: await takeTurns(
        {
          'a number, a text, a boolean': each(() => take(1.5, 'name', true)),
          'a text of 1 KiB': each(() => take(text)),
          'an object of 100 numbers': each(() => take(numbers)),
        },
        rounds,
      ),
    },
  ];
  const hasher = await createXXHash128();
  for (const bytes of sizes) {
    const array = new Float64Array(bytes / 8).map((_, at) => at / 3);
    const raw = new Uint8Array(array.buffer);
    const count = Math.max(1, Math.min(KEYS, Math.round(TURN / bytes)));
    // Bytes in a microsecond are MB in a second.
    const rate = (operate: () => void) => (): number => bytes / microsecondsEachNow(count, operate) / 1_000;
    groups.push({
      name: `key of a Float64Array of ${bytesText(bytes)}`,
      unit: 'GB/s',
      measured: await takeTurns(
        { 'bare xxh128': rate(() => hasher.init().update(raw).digest('hex')), lazydag: rate(() => keyOf(take(array))) },
        rounds,
      ),
    });
  }
  return groups;
}
