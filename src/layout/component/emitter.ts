import { Component, type Firing, type Outlet, type signature, type Signature } from './component.js';

/**
 * A component that fires again and again, whenever it can: after its last firing has come to its end and there is room for
 * what it emits. `static readonly output`, or a field `output` of the instance, is the struct of its values; without, values
 * travel as calls on a pool do, copied, and can be anything that is plain data, typed arrays, or has a codec.
 *
 * @typeParam Out the struct (`typeof State`), or the type of the values.
 */
export abstract class Emitter<Out = unknown> extends Component {
  /** For the compiler only: what it emits. */
  declare readonly [signature]?: Signature<readonly [], Out>;

  /**
   * One firing. Fills `out`, which begins with undefined content and is valid until the firing ends, or returns the value;
   * `skip` emits nothing, `done` ends the component.
   */
  abstract compute(out: Outlet<Out>): Firing<Out>;
}
