import { DagError } from '../../errors.js';
import type { Obstacle } from '../../memory/payload/cannot-travel.js';
import { isIterator } from '../../memory/payload/iterators.js';

/** The error for something that no key can be made of; `path` tells where it is, as in `argument 2 .options.onDone`. */
export function cannotKey(path: string, { problem, remedy, ...rest }: Obstacle): DagError {
  return new DagError('DAG_CANNOT_KEY', {
    message: `${path}: ${problem}, which nothing in a key can stand for.`,
    remedy,
    ...rest,
  });
}

const LEAVE_OUT = 'leave it out by its name with `ignore`, or replace it in the key with `key` and `ignore`';

/** What an object, a function or a symbol without content is. */
export function contentless(value: unknown): Obstacle {
  if (typeof value === 'symbol') return { problem: 'a symbol', remedy: `Pass a string instead, ${LEAVE_OUT}.` };
  if (typeof value === 'function') {
    return {
      problem: value.name === '' ? 'a function' : `the function ${value.name}`,
      remedy: `Pass a node, ${LEAVE_OUT}.`,
    };
  }
  const object = value as object; // all that is left
  if (isIterator(object)) return { problem: 'an iterator', remedy: `Pass an array of what it gives, ${LEAVE_OUT}.` };
  const name = classNameOf(object);
  return {
    problem: `an instance of ${name}`,
    remedy: `Call registerCodec(${name}, { encode, decode }), ${LEAVE_OUT}.`,
  };
}

/** The name of an object's class, as far as anything tells it. */
export function classNameOf(object: object): string {
  try {
    const { constructor } = Object.getPrototypeOf(object) as { constructor?: unknown };
    if (typeof constructor === 'function' && constructor.name !== '') return constructor.name;
    return Object.prototype.toString.call(object).slice('[object '.length, -1);
  } catch {
    return 'an unknown class';
  }
}
