export { DagError, ERROR_CODES, NodeError, type ErrorCode, type ErrorParts, type NodeFailure } from './errors.js';
export type {
  AbortedEvent,
  ActivatedEvent,
  CachedEvent,
  DeactivatedEvent,
  ExpandedEvent,
  FailedEvent,
  FinishedEvent,
  ReleasedEvent,
  RetriedEvent,
  RunEvent,
  RunFinishedEvent,
  RunListener,
  RunStartedEvent,
  SkippedEvent,
  StartedEvent,
  StayedEvent,
  StillNeededEvent,
} from './graph/events.js';
export { WorkerPool, type PoolStats, type WorkerStats } from './executor/pool/worker-pool.js';
export type { WorkerPoolOptions } from './executor/pool/pool-options.js';
export { Future, type FutureState } from './graph/future.js';
export { Graph, type GraphOptions } from './graph/graph.js';
export type {
  GraphAttributes,
  GraphDetail,
  GraphEdgeAttributes,
  GraphEdgeUse,
  GraphNodeAttributes,
  GraphNodeKind,
} from './graph/graph-attributes.js';
export { toGraphology, type GraphologyOptions } from './graph/graphology.js';
export { lazy, value, type LazyMethods } from './graph/lazy.js';
export type { Logger } from './graph/logger.js';
export { node, type CallResult, type NodeDecorator, type NodeFunction } from './graph/node.js';
export type { CallOptions, Estimate, NodeOptions, NodeStyle, Placement } from './graph/options.js';
export type { Executor, Job, JobFailure, JobHost, JobRecord, Session } from './graph/executor.js';
export type { Progress, ResolveOptions } from './graph/run-options.js';
export type {
  CallValue,
  Lazy,
  LazyParameters,
  OutputFutures,
  OutputsOption,
  Resolved,
  Settled,
} from './graph/types.js';
export type { BlockStats } from './memory/blocks.js';
export { alloc, type AllocOptions, type TypedArrayType } from './memory/alloc.js';
export { registerCodec, type Codec, type CodecClass } from './memory/payload/codec.js';
export { asCompleted } from './resolve/as-completed.js';
export { currentCall, type CurrentCall } from './resolve/current-call.js';
export { plan, type Plan, type PlanEstimate, type PlannedCall, type PlanOptions } from './resolve/plan.js';
export { resolve, resolveSync } from './resolve/resolve.js';
