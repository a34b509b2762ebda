export { Collector } from './component/collector.js';
export {
  Component,
  type AnyStruct,
  type Emitted,
  type Firing,
  type GivenBy,
  type Outlet,
  type Received,
  type ReceivedAll,
  type Signature,
  type TakenBy,
  type TakesFrom,
} from './component/component.js';
export {
  component,
  type ComponentClass,
  type ComponentClassOptions,
  type ComponentDecorator,
  type ComponentOptions,
  type OnError,
} from './component/decorator.js';
export { done, emitAll, skip, type Emissions } from './component/emission.js';
export { Emitter } from './component/emitter.js';
export { parameters, type ParameterDefinition, type Parameters, type Parametrized } from './component/parameters.js';
export type { Prepared } from './component/prepared.js';
export type { Resourced } from './component/resourced.js';
export { Router } from './component/router.js';
export type { Concluding } from './component/concluding.js';
export { Constant, type ConstantOptions } from './components/constant.js';
export { EveryNth } from './components/every-nth.js';
export { FromArray, type NumberArray, type RowsOf } from './components/from-array.js';
export { FromIterable, type FromIterableOptions, type IterableSource } from './components/from-iterable.js';
export { Integrate, type IntegrateOptions } from './components/integrate.js';
export { Lambda, type LambdaOptions } from './components/lambda.js';
export { Signal, type SignalOptions } from './components/signal.js';
export { Tap } from './components/tap.js';
export { Throttle } from './components/throttle.js';
export { Throughput, type ThroughputFigures, type ThroughputOptions } from './components/throughput.js';
export { ToCallback } from './components/to-callback.js';
export { unit, type TransformMaker, type UnitOptions } from './components/unit.js';
export type { AnyFunction, PassingOptions, ValuesOf, ValueType } from './components/values.js';
export type { EdgePolicy } from './channel/descriptors.js';
export { Layout } from './layout.js';
export { ComponentError, type ComponentFailure } from './run/component-error.js';
export type { StopOptions } from './run/patience.js';
export type { LayoutGraph } from './run/graphology.js';
export type { RunningLayout, StartOptions } from './run/running-layout.js';
export type { ComponentStats, EdgeStats, LayoutStats } from './run/stats.js';
export type { ComponentRef } from './wiring/component-ref.js';
export type { Context, ContextOptions } from './wiring/context.js';
export type { Edge, EdgeOptions } from './wiring/edge.js';
export type { Wiring } from './wiring/wiring.js';
export { struct } from '../memory/struct/define.js';
export type {
  FieldType,
  SourceOf,
  StructDefinition,
  StructDescription,
  StructView,
  ViewOf,
} from '../memory/struct/definition.js';
export type { ScalarName } from '../memory/struct/scalars.js';
export type { Struct } from '../memory/struct/struct.js';
