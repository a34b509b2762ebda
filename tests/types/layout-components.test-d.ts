import {
  Constant,
  EveryNth,
  FromArray,
  FromIterable,
  Integrate,
  Lambda,
  Layout,
  Signal,
  struct,
  Throughput,
  unit,
  type ComponentRef,
  type Router,
  type StructView,
} from '../../src/layout/index.js';
import { batch, compose, stateful } from '../../src/stream/index.js';
import { assertType, type Equal } from './assert-type.js';

const State = struct({ x: 'f64', list: ['f32', 2] });
const sum = stateful({ init: () => ({ sum: 0 }), step: (state, x: number) => (state.sum += x) });

class Types extends Layout {
  setup(): void {
    const io = this.context();
    const _rows = this.add(io, FromArray, State, [{ x: 1, list: [1, 2] }]);
    assertType<Equal<typeof _rows, ComponentRef<FromArray<typeof State>>>>();
    this.add(io, FromArray, State, new Float64Array(2));
    // @ts-expect-error -- the struct has no such field
    this.add(io, FromArray, State, [{ y: 1 }]);
    // @ts-expect-error -- a number has the type of its field
    this.add(io, FromArray, State, [{ x: 'one' }]);
    this.add(io, FromArray, 'any', [{ y: 1 }]);
    // @ts-expect-error -- neither a struct nor 'any'
    this.add(io, FromArray, 'other', [{ y: 1 }]);
    this.add(io, Constant, State, { x: 1 }, { every: 5 });
    this.add(io, Constant, 'any', { anything: [] });
    // @ts-expect-error -- milliseconds are a number
    this.add(io, Constant, 'any', 1, { every: '5' });
    const _integrals = this.add(io, Integrate, State, { dt: 1, method: 'trapezoid' });
    assertType<Equal<typeof _integrals, ComponentRef<Integrate<(typeof State)['definition']>>>>();
    // @ts-expect-error -- there is no such method
    this.add(io, Integrate, State, { method: 'simpson' });
    this.add(io, Signal);
    this.add(io, Signal, { shape: 'noise', rate: 10 });
    // @ts-expect-error -- there is no such shape
    this.add(io, Signal, { shape: 'round' });
    this.add(io, FromIterable, new Map([[1, 2]]));
    this.add(io, FromIterable, () => [1], { output: State });
    this.add(io, Lambda, (state: StructView<typeof State>) => state.x, { inputs: [State] });
    this.add(io, EveryNth, 2, { output: State });
    // @ts-expect-error -- it has to be told which
    this.add(io, EveryNth);
    this.add(io, Throughput, { report: console.log });
    const _made = this.add(io, unit(compose(sum(), batch(2))));
    assertType<Equal<typeof _made, ComponentRef<Router>>>();
    this.add(io, unit(sum));
    // @ts-expect-error -- a unit has its arguments
    this.add(io, unit(sum()), 5);
  }
}
assertType<Equal<Types extends Layout ? true : false, true>>();
