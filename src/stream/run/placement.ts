import type { Executor } from '../../graph/executor.js';
import type { Step } from '../plan/plan.js';
import type { StagePlace } from './stage.js';

/** Milliseconds below which it does not pay to ask where a body should run. */
const SHORT = 0.02;
/** Runs after which that is known. */
const KNOWN = 8;

/** How a step is carried out in a run, and by how many at once. */
export function kindOf(
  step: Step,
  { executor, inFlight }: { readonly executor: Executor | undefined; readonly inFlight: number },
): StagePlace {
  const { recipe, future } = step;
  if (recipe !== undefined) {
    const away = recipe.options.executor === 'pool' && executor !== undefined && step.begins === undefined;
    const { replicas = 1 } = recipe.options;
    return away ? { kind: 'pinned', replicas, overlap: inFlight } : { kind: 'transform', replicas };
  }
  if (step.part) return { kind: 'part', replicas: Infinity };
  const { options } = future._spec;
  const replicas = options.replicas ?? 1;
  const careful =
    options.retries !== undefined ||
    options.timeout !== undefined ||
    options.concurrency !== undefined ||
    options.donate !== undefined;
  const here = executor === undefined || options.executor === 'inline';
  return { kind: here && !careful ? 'body' : 'call', replicas, forced: executor?.forced === true };
}

/** Whether a step that could run elsewhere turned out to be too short for that. */
export function staysHere({ future }: Step): boolean {
  const { options, identity } = future._spec;
  if (options.executor !== undefined && options.executor !== 'auto') return false;
  if (options.retries !== undefined || options.timeout !== undefined || options.concurrency !== undefined) return false;
  return options.donate === undefined && identity.cost.count >= KNOWN && identity.cost.mean < SHORT;
}

/** Whether a step that stayed here, as it was short, takes longer by now. */
export function goesAway({ future }: Step): boolean {
  const { cost, asynchronous } = future._spec.identity;
  // The time of one that waits is no work.
  return !asynchronous && cost.mean > SHORT;
}
