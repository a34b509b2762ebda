// Nodes whose results only a message as a whole shows that it cannot be sent.
import { node } from 'lazydag';

/** Can be read so often, and then throws. @param {number} times */
export function fleeting(times) {
  let left = times;
  return {
    get value() {
      left -= 1;
      if (left < 0) throw new RangeError('gone by now');
      return 1;
    },
  };
}

export const vanishes = node((/** @type {number} */ times) => fleeting(times), { name: 'vanishes' });
