// A class with a codec, which only some threads load.
import { registerCodec } from '../../../dist/index.js';

export class Coded {
  #samples;

  /** @param {Float64Array} samples */
  constructor(samples) {
    this.#samples = samples;
  }

  sum() {
    return this.#samples.reduce((sum, sample) => sum + sample, 0);
  }

  /** @param {Coded} coded */
  static samples(coded) {
    return coded.#samples;
  }
}
registerCodec(Coded, {
  module: import.meta.url,
  encode: Coded.samples,
  decode: (samples) => new Coded(samples),
});
