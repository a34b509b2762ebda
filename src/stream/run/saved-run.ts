import { DagError, describeThrown } from '../../errors.js';
import { unshared } from '../../memory/unshared.js';
import { restoreInto, stateOf } from '../transform.js';
import type { Entry } from './entry.js';
import type { Outlet } from './outlet.js';
import type { Parameters } from './parameters.js';
import type { Recurrence } from './recurrence.js';
import type { Runner } from './runner.js';
import type { PipelineSnapshot } from './snapshot.js';

/** Where the state of a run is. */
export interface SavedParts {
  readonly pipeline: string;
  readonly runner: Runner;
  readonly outlet: Outlet<unknown>;
  readonly parameters: Parameters;
}

/**
 * The state of a run in which nothing is under way.
 *
 * @param items gives how many items of the source the run has taken, with those before it.
 * @throws DAG_SNAPSHOT when some state cannot be saved.
 */
export async function saveRun(
  parts: SavedParts,
  { entry, items }: { readonly entry: Entry; readonly items: () => number },
): Promise<PipelineSnapshot> {
  try {
    return await savedRun(parts, { entry, items });
  } catch (cause) {
    if (cause instanceof DagError) throw cause;
    throw new DagError('DAG_SNAPSHOT', {
      message: `The state of ${parts.pipeline} cannot be saved: ${describeThrown(cause)}.`,
      remedy: 'States, and results that nobody has taken, must be plain data.',
      cause,
    });
  }
}

async function savedRun(
  { pipeline, runner, outlet, parameters }: SavedParts,
  { entry, items: itemsTaken }: { readonly entry: Entry; readonly items: () => number },
): Promise<PipelineSnapshot> {
  const { epoch } = entry;
  checkSound(pipeline, runner);
  const states = await savedStates(runner, epoch);
  checkSound(pipeline, runner);
  // Only now: a reset, a new value or a result that was taken may have come meanwhile.
  const { pending } = outlet;
  const items = itemsTaken();
  entry.settle();
  return {
    version: 1,
    pipeline,
    items,
    pending: pending.map(copyOf),
    states,
    feedbacks: recurrencesOf(runner).map((recurrence) => copyOf(recurrence.valueIn(epoch))),
    parameters: unshared(parameters.save()) as PipelineSnapshot['parameters'], // the same shape
    changes: unshared(parameters.saveChanges(items - entry.next)) as NonNullable<PipelineSnapshot['changes']>, // likewise
    flushed: outlet.ended,
  };
}

/** A copy that lies on no memory of the run: a clone of an array in shared memory lies on that same memory. */
function copyOf(value: unknown): unknown {
  return unshared(structuredClone(value));
}

/** A run that a failure ends has no state to go on from: the failure would not be in it. @throws DAG_SNAPSHOT */
function checkSound(pipeline: string, { failure, stopping }: Runner): void {
  if (failure === undefined && !stopping) return;
  throw new DagError('DAG_SNAPSHOT', {
    message: `The state of ${pipeline} cannot be saved, because a failure ends its run${failure === undefined ? '' : `: ${describeThrown(failure.error)}`}.`,
    remedy: "Take the results before the failure; onError: 'skip' lets a run go on behind an item that fails.",
    ...(failure === undefined ? {} : { cause: failure.error }),
  });
}

async function savedStates({ stages }: Runner, epoch: number): Promise<Record<string, unknown>> {
  const states: Record<string, unknown> = {};
  for (const stage of stages) {
    const { step, machine, pinned } = stage;
    if (step.recipe === undefined) continue;
    if (pinned !== undefined) states[step.name] = unshared(await pinned.save(epoch));
    else if (machine !== undefined) {
      // One that is to begin anew with the next item does so now, or the other run would not.
      stage.renew({ epoch });
      states[step.name] = unshared(stateOf(step.recipe, machine));
    }
  }
  return states;
}

/**
 * Puts the state of another run of the same pipeline into one that has taken no items.
 *
 * @throws DAG_SNAPSHOT when a state cannot be put back.
 */
export async function restoreRun(
  { pipeline, runner, outlet, parameters }: SavedParts,
  snapshot: PipelineSnapshot,
): Promise<void> {
  try {
    await restoreStates(runner, snapshot);
  } catch (cause) {
    if (cause instanceof DagError) throw cause;
    throw new DagError('DAG_SNAPSHOT', {
      message: `The state of ${pipeline} cannot be put back: ${describeThrown(cause)}.`,
      remedy: 'Look at `restore` of its transforms, which threw the cause.',
      cause,
    });
  }
  recurrencesOf(runner).forEach((recurrence, index) => {
    recurrence.restore(structuredClone(snapshot.feedbacks[index]));
  });
  parameters.restore(snapshot);
  for (const value of snapshot.pending) outlet.prepend(value);
  if (snapshot.flushed === true) runner.setFlushed();
}

function recurrencesOf({ lines }: Runner): Recurrence[] {
  return lines.flatMap(({ recurrences }) => recurrences);
}

async function restoreStates({ stages }: Runner, { states }: PipelineSnapshot): Promise<void> {
  const elsewhere: Promise<void>[] = [];
  for (const { step, machine, pinned } of stages) {
    if (step.recipe === undefined) continue;
    const state = states[step.name];
    if (pinned !== undefined) elsewhere.push(pinned.restore(state));
    else if (machine !== undefined) restoreInto(step.recipe, machine, state);
  }
  await Promise.all(elsewhere);
}
