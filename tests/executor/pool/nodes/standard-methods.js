// Methods that are nodes by standard decorators, called by hand as compilers do: they learn of their class with the first instance.
import { threadId } from 'node:worker_threads';
import { node } from 'lazydag';

/**
 * What a compiler makes of `@node()` above a method: the method that takes its place, and what instances begin with.
 *
 * @param {string} name @param {(...args: any[]) => unknown} method
 */
function decorated(name, method) {
  /** @type {((this: any) => void)[]} */
  const initializers = [];
  const context = /** @type {any} */ ({
    kind: 'method',
    name,
    static: false,
    private: false,
    metadata: {},
    addInitializer: (/** @type {(this: any) => void} */ initializer) => void initializers.push(initializer),
    access: {},
  });
  const made = /** @type {any} */ (node())(method, context);
  return { made, begin: (/** @type {object} */ self) => initializers.forEach((initializer) => initializer.call(self)) };
}

/** @param {string} base @this {any} */
function where(base) {
  return `${base} ${this.value} ${threadId > 0 ? 'on a thread' : 'here'}`;
}

const shown = decorated('where', where);

export class Shown {
  value = 1;
  constructor() {
    shown.begin(this);
  }
}
Object.defineProperty(Shown.prototype, 'where', { value: shown.made });
