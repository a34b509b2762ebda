import { DagError } from '../../errors.js';
import type { Executor } from '../../graph/executor.js';
import type { Plan } from '../plan/plan.js';
import type { Calls } from './calls.js';
import { Line } from './line.js';
import { pinnedStates } from './pinned-states.js';
import { kindOf } from './placement.js';
import { Recurrence } from './recurrence.js';
import { Stage } from './stage.js';
import { PinnedTimes } from './stage-times.js';

/** What lines are made for. */
export interface LineParts {
  readonly plan: Plan;
  readonly executor: Executor | undefined;
  readonly inFlight: number;
  readonly calls: Calls;
}

/** The lines of a plan for one run, a line for each rate: stages in order, feedbacks, and states of their own. */
export function linesOf(parts: LineParts): Line[] {
  const { plan } = parts;
  const lines = plan.rates.map((rate) => new Line(rate, plan.output.rate));
  const lineOf = (index: number): Line => lines[index] as Line; // a line for each rate
  const byStep = new Map<number, Stage>();
  for (const step of plan.steps) {
    const line = lineOf(step.rate.index);
    const stage = new Stage(step, line, kindOf(step, parts));
    const { kind, times } = stage;
    if (kind === 'pinned' && step.recipe !== undefined && times instanceof PinnedTimes)
      stage.pinned = pinnedStates(step.recipe, { calls: parts.calls, times });
    line.stages.push(stage);
    byStep.set(step.index, stage);
    for (const needed of step.needs) byStep.get(needed.index)?.dependents.push(stage);
    if (step.begins !== undefined) lineOf(step.begins.index).fed = stage;
  }
  for (const link of plan.feedbacks) {
    const { recurrences, stages } = lineOf(link.rate.index);
    const place = stages.find(({ step }) => step.slot === link.from)?.place ?? -1;
    recurrences.push(new Recurrence(link, place));
  }
  for (const { recurrences } of lines) for (const recurrence of recurrences) recurrence.follow(recurrences);
  return lines;
}

/** The stage that is to have so many replicas. @throws DAG_REPLICAS when there is none, or it cannot have so many. */
export function stageToScale(stages: readonly Stage[], name: string, replicas: number): Stage {
  const stage = stages.find(({ step, kind }) => step.name === name && kind !== 'part');
  if (stage === undefined) {
    const names = stages.filter(({ kind }) => kind !== 'part').map(({ step }) => step.name);
    throw new DagError('DAG_REPLICAS', {
      message: `There is no step ${name} to scale.`,
      remedy: `The steps are ${names.join(', ')}.`,
    });
  }
  const single = stage.ordered && !stage.keyed;
  if (Number.isInteger(replicas) && replicas >= 1 && !(single && replicas > 1)) return stage;
  throw new DagError('DAG_REPLICAS', {
    message: `${name} must have ${single ? '1 replica, as it has one state' : 'a whole number of replicas of at least 1'}, got ${String(replicas)}.`,
    ...(single ? { remedy: 'keyBy() gives it a state for each key, and these work side by side.' } : {}),
  });
}
