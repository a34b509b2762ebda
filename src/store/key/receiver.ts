import { codecOf } from '../../memory/payload/codec.js';
import type { Obstacle } from '../../memory/payload/cannot-travel.js';
import { hasPrivateState } from '../../memory/payload/private-state.js';
import { sortOf } from '../../memory/payload/sort.js';
import { classNameOf } from './cannot-key.js';

/** Whether an object is an instance of a class that nobody else knows how to take apart. */
export function isInstance(object: object): boolean {
  return sortOf(object) === 'instance' && codecOf(object) === undefined;
}

/** Why the fields of an instance are not all there is of it; undefined when they are, as far as one can see. */
export function hiddenStateOf(instance: object): Obstacle | undefined {
  const prototype = Object.getPrototypeOf(instance) as object; // an instance has one
  const hidden = hasPrivateState(prototype)
    ? 'whose private members cannot be seen from outside'
    : extendsBuiltin(prototype)
      ? 'which extends a class whose state cannot be seen from outside'
      : undefined;
  if (hidden === undefined) return undefined;
  return {
    problem: `an instance of ${classNameOf(instance)}, ${hidden}`,
    remedy: 'Give the class a codec with registerCodec().',
  };
}

function extendsBuiltin(prototype: object): boolean {
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const { constructor } = at as { readonly constructor?: unknown }; // any object may have one
    if (Object.getPrototypeOf(at) === null || typeof constructor !== 'function') continue;
    if (/\{\s*\[native code\]\s*\}\s*$/u.test(Function.prototype.toString.call(constructor))) return true;
  }
  return false;
}
