import { Component, type ReceivedAll, type signature, type Signature } from './component.js';

/**
 * A component that takes values: it fires when every parent that triggers it has a new value.
 *
 * @typeParam In what each parent gives, in the order in which they were connected: structs, or types of values.
 */
export abstract class Collector<In extends readonly unknown[] = readonly unknown[]> extends Component {
  /** For the compiler only: what connections are compared with. */
  declare readonly [signature]?: Signature<In, never>;

  /** One firing. Views are valid until it ends, also across awaits. `done` ends the component. */
  abstract compute(...inputs: ReceivedAll<In>): unknown;
}
