// What tinypool's threads load.
import { importPeer } from '../../contenders/peer.js';
import { touch } from '../bodies.js';

export { increment, spin, touch } from '../bodies.js';

const { Tinypool } = await importPeer<{ Tinypool: { move(value: Float64Array): Float64Array } }>('tinypool');

/** Touches an array and gives it away. */
export function move(values: Float64Array): Float64Array {
  return Tinypool.move(touch(values));
}
