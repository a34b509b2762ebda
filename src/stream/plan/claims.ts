import { DagError } from '../../errors.js';
import { isInnerStep, nameOf, recipeOf, traitsOf } from '../transform.js';
import type { Plan, Step } from './plan.js';

/** Which pipeline a transform belongs to, or what else has it. */
const owners = new WeakMap<object, object>();

/**
 * Enters the transforms of a plan as those of its pipeline.
 *
 * @throws DAG_TRANSFORM_SHARED when one is used twice, or by another pipeline; DAG_REPLICAS when one should have several
 *   states that has one only.
 */
export function claimTransforms(plan: Plan, owner: object): void {
  const seen = new Set<unknown>();
  for (const step of plan.steps) {
    if (step.recipe === undefined) continue;
    checkReplicas(plan, step);
    if (isInnerStep(step.future)) continue;
    const transform = step.future._receiver as object; // a transform, as it has a recipe
    if (seen.has(transform) || owners.has(transform)) throw sharedError(plan, step, seen.has(transform));
    seen.add(transform);
  }
  for (const transform of seen) owners.set(transform as object, owner); // only transforms were entered
}

/**
 * Enters a transform as that of `owner`, which `name` stands for in errors.
 *
 * @throws DAG_TRANSFORM_SHARED when something else has it.
 */
export function claimTransform(
  transform: object,
  { owner, name }: { readonly owner: object; readonly name: string },
): void {
  if (owners.has(transform)) {
    const recipe = recipeOf(transform);
    throw new DagError('DAG_TRANSFORM_SHARED', {
      message: `The transform ${recipe === undefined ? 'of' : nameOf(recipe)} has one state, but ${name} and another place use it.`,
      remedy: 'Make one for each place by its factory.',
    });
  }
  owners.set(transform, owner);
}

function sharedError(plan: Plan, step: Step, twice: boolean): DagError {
  return new DagError('DAG_TRANSFORM_SHARED', {
    message: `The transform ${step.name} has one state, but ${plan.name} ${twice ? 'uses it twice' : 'and another pipeline or unit use it'}.`,
    remedy: 'Make one for each place by its factory.',
  });
}

function checkReplicas(plan: Plan, { recipe }: Step): void {
  if (recipe === undefined || (recipe.options.replicas ?? 1) === 1) return;
  if (traitsOf(recipe).keyed !== undefined) return;
  throw new DagError('DAG_REPLICAS', {
    message: `${nameOf(recipe)} of ${plan.name} has one state and cannot have ${String(recipe.options.replicas)} replicas.`,
    remedy: 'keyBy() gives it a state for each key, and these work side by side.',
  });
}
