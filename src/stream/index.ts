export {
  stateful,
  type AsyncStateful,
  type Stateful,
  type StatefulOptions,
  type TransformFactory,
} from './stateful.js';
export type { StatefulSteps } from './step-machine.js';
export type { Flow, Transform, TransformMembers, TransformOptions } from './transform.js';
