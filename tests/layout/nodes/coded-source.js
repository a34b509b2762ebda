// A component that emits instances of a class with a codec.
import { component, done, Emitter } from '../../../dist/layout/index.js';
import { Coded } from './coded.js';

export class CodedSource extends Emitter {
  #next = 0;

  compute() {
    this.#next += 1;
    return this.#next > 3 ? done : new Coded(new Float64Array([this.#next, this.#next]));
  }
}
component({ module: import.meta.url })(CodedSource);
