import { DagError } from '../errors.js';

/** Names that runtimes, consoles and test runners ask any object for; asking is not using it as a value. */
const ASKED_OF_ANY_OBJECT = new Set([
  'then', // promise resolution: a Future is not thenable
  'constructor',
  'inspect',
  'nodeType',
  'tagName',
  'asymmetricMatch',
  '$$typeof',
  '@@__IMMUTABLE_ITERABLE__@@',
  '@@__IMMUTABLE_RECORD__@@',
  '@@__IMMUTABLE_KEYED__@@',
  '@@__IMMUTABLE_ORDERED__@@',
  '__esModule',
  '_isMockFunction',
]);

/** The error for a Future that was used where its value was meant. */
export function futureAsValue(what: string): DagError {
  return new DagError('DAG_FUTURE_AS_VALUE', {
    message: `A Future was used as a value (${what}); it has no value before it is resolved.`,
    remedy: 'Pass it to a node, take a part with .at(key), or use `await future.resolve()`.',
  });
}

/**
 * The prototype behind that of Future: an unknown property read from a Future ends here and throws, so that
 * `future.length` or `future.price` is found at once rather than computed with as undefined. V8 asks it only for
 * names that neither the Future nor its class has.
 */
export const trapPrototype: object = new Proxy(Object.create(Object.prototype) as object, {
  get(target, key, receiver): unknown {
    // Answered here rather than by members of the class: tools ask `Symbol.iterator in future` of any object.
    if (key === Symbol.iterator || key === Symbol.asyncIterator) throw futureAsValue('iteration or spreading');
    if (typeof key === 'symbol' || ASKED_OF_ANY_OBJECT.has(key)) return Reflect.get(target, key, receiver);
    if (key in Object.prototype && key !== 'valueOf' && key !== 'toString' && key !== 'toLocaleString') {
      return Reflect.get(target, key, receiver);
    }
    throw futureAsValue(`.${key}`);
  },
  set(target, key, value, receiver): boolean {
    if (typeof key === 'string') throw futureAsValue(`.${key} = …`);
    return Reflect.set(target, key, value, receiver);
  },
});
