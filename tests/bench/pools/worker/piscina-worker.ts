// What piscina's threads load.
import { importPeer } from '../../contenders/peer.js';
import { touch } from '../bodies.js';

export { increment, spin, touch } from '../bodies.js';

const peer = await importPeer<{ move: (value: Float64Array) => Float64Array }>('piscina');

/** Touches an array and gives it away. */
export function move(values: Float64Array): Float64Array {
  return peer.move(touch(values));
}
