export { compose } from './compose.js';
export type { Compose } from './compose-types.js';
export { batch } from './operators/batch.js';
export { filter, type Filter } from './operators/filter.js';
export { flatMap, type FlatMap } from './operators/flat-map.js';
export { keyBy, type KeyBy, type Keying, type KeyOf } from './operators/key-by.js';
export { unbatch } from './operators/unbatch.js';
export { window } from './operators/window.js';
export {
  stateful,
  type AsyncStateful,
  type Stateful,
  type StatefulOptions,
  type TransformFactory,
} from './stateful.js';
export type { AnyPart, Composed, Given, PartFor } from './part-types.js';
export type { StatefulSteps } from './step-machine.js';
export type { AsyncFlow, Flow, Transform, TransformMembers, TransformOptions } from './transform.js';
export { pipeline, type Pipeline, type PipelineShape, type Source, type ValuesOf } from './pipeline.js';
export type { PipelineGraph } from './plan/graphology.js';
export { config, parameter, type Config, type Parameter, type ParameterOptions } from './parameter.js';
export { flow, type AsyncFlowFactory, type FlowFactory, type FlowSteps } from './flow.js';
export { feedback, type Feedback } from './feedback.js';
export { source, type SourceOptions } from './source.js';
export { ItemError } from './run/item-error.js';
export type { ErrorPolicy, PipelineOptions, RunOptions } from './run/run-options.js';
export type { Progress } from './run/progress.js';
export type { Running, SetOptions } from './run/running.js';
export type { PipelineSnapshot } from './run/snapshot.js';
export type { PipelineStats, StepStats } from './run/stats.js';
