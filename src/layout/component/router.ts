import { Component, type Firing, type Outlet, type ReceivedAll, type signature, type Signature } from './component.js';

/**
 * A component that takes values and emits some: it fires when every parent that triggers it has a new value and there is
 * room for what it emits. For `output` see {@link Emitter}.
 *
 * @typeParam In what each parent gives, in the order in which they were connected: structs, or types of values.
 * @typeParam Out the struct of what it emits, or the type of the values.
 */
export abstract class Router<In extends readonly unknown[] = readonly unknown[], Out = unknown> extends Component {
  /** For the compiler only: what connections are compared with. */
  declare readonly [signature]?: Signature<In, Out>;

  /** One firing: the values of the parents, then what to fill. See {@link Emitter.compute}. */
  abstract compute(...inputsAndOut: [...inputs: ReceivedAll<In>, out: Outlet<Out>]): Firing<Out>;
}
