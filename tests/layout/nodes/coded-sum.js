// A component that takes what it never imports.
import { component, Router } from '../../../dist/layout/index.js';

export class CodedSum extends Router {
  /** @param {{ sum(): number }} coded */
  compute(coded) {
    return coded.sum();
  }
}
component({ module: import.meta.url })(CodedSum);
