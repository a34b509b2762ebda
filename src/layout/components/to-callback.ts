import { Collector } from '../component/collector.js';
import { component } from '../component/decorator.js';
import { bodyOption, fireBy, type AnyFunction } from './values.js';

/**
 * Calls a function with the values of its parents, and waits for it. A view of a record is valid until then: copy what is
 * to be kept. `done` ends the component. A plain function in inline contexts, a node anywhere.
 */
export class ToCallback extends Collector {
  /** @throws DAG_OPTION */
  constructor(fn: AnyFunction) {
    super();
    fireBy(this, bodyOption(fn, 'ToCallback'));
  }

  /** The function. */
  declare compute: (...values: readonly unknown[]) => unknown;
}

component({ module: import.meta.url })(ToCallback);
