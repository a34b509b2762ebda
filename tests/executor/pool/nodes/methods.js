// Methods that are nodes: the decorator is called by hand, as compilers for decorators do.
import { node, registerCodec } from 'lazydag';

/** @param {any} holder @param {string} name @param {object} [options] */
function decorate(holder, name, options) {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  const decorated = /** @type {any} */ (node(options ?? {}))(holder, name, descriptor);
  Object.defineProperty(holder, name, decorated ?? descriptor);
}

export class Scaling {
  /** @param {number} factor @param {Float64Array} offsets */
  constructor(factor, offsets) {
    this.factor = factor;
    this.offsets = offsets;
  }

  /** @param {number} x @returns {any} */
  apply(x) {
    return x * this.factor + this.offsets[0];
  }

  /** @param {number} x @returns {any} */
  twice(x) {
    return this.apply(/** @type {any} */ (this.apply(x)));
  }

  /** @param {number} x @returns {any} */
  static double(x) {
    return x * this.two;
  }

  static two = 2;
}
decorate(Scaling.prototype, 'apply');
decorate(Scaling.prototype, 'twice');
decorate(Scaling, 'double');

/** Its methods are those of {@link Scaling}. */
export class Shifted extends Scaling {
  /** @param {number} factor @param {number} shift */
  constructor(factor, shift) {
    super(factor, Float64Array.of(shift));
  }

  static two = 20;
}

export class Private {
  #secret = 5;
  /** @param {number} x @returns {any} */
  add(x) {
    return x + this.#secret;
  }
}
decorate(Private.prototype, 'add');

export class Coded {
  #secret;
  /** @param {number} secret */
  constructor(secret) {
    this.#secret = secret;
  }
  /** @param {number} x @returns {any} */
  add(x) {
    return x + this.#secret;
  }
  /** @param {number} x @returns {any} */
  addTwice(x) {
    return this.add(/** @type {any} */ (this.add(x)));
  }
  static {
    registerCodec(Coded, { encode: (coded) => coded.#secret, decode: (secret) => new Coded(secret) });
  }
}
decorate(Coded.prototype, 'add');
decorate(Coded.prototype, 'addTwice');

/** No thread can find a class that its module does not export. */
class Hidden extends Scaling {}
export const hidden = new Hidden(2, Float64Array.of(1));

/** A node as a static property. */
export class Wrapped {
  static triple = node((/** @type {number} */ x) => 3 * x, { name: 'triple' });
}
