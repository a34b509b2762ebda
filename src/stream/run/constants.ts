import { substituteFutures } from '../../graph/containers.js';
import { eachArgument } from '../../graph/dependencies.js';
import { Future } from '../../graph/future.js';
import { Config } from '../parameter.js';
import type { Plan } from '../plan/plan.js';
import { inOrder } from '../plan/topology.js';
import type { Calls } from './calls.js';

/** The values of calls that depend on no item, by slot: made once for a run, with the values of its configuration. */
export async function constantValues(
  plan: Plan,
  { configs, calls }: { readonly configs: ReadonlyMap<Config<unknown>, unknown>; readonly calls: Calls },
): Promise<ReadonlyMap<number, unknown>> {
  const futures = plan.constants.map(({ given }) => given);
  const made = new Map<Future, unknown>();
  for (const future of inOrder(futures, eachArgument, ({ source }) => source)) {
    if (future instanceof Config) made.set(future, configs.get(future));
    else if (dependsOn(future, made)) {
      const { _spec: spec, _args: args, _receiver: receiver } = future;
      const swapped = substituteFutures(args, (inner) => (made.has(inner) ? made.get(inner) : inner));
      made.set(future, new Future(spec, swapped as readonly unknown[], receiver, undefined, undefined)); // the copy of an array
    }
  }
  const targets = futures.map((future) => made.get(future) ?? future);
  const values = (await calls.resolve(targets)) as readonly unknown[]; // the same shape
  return new Map(plan.constants.map(({ slot }, index) => [slot, values[index]]));
}

function dependsOn(future: Future, made: ReadonlyMap<Future, unknown>): boolean {
  let depends = false;
  eachArgument(future, (argument) => {
    depends ||= made.has(argument);
  });
  return depends;
}
