import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { Config } from '../parameter.js';
import type { Plan } from '../plan/plan.js';

/**
 * The values of the configuration of a run: those that were given, by name, and the initial ones of the others.
 *
 * @throws DAG_PARAMETER when one is not allowed, or there is none of a name.
 */
export function configValues(
  { name: pipeline, configs }: Plan,
  given: Readonly<Record<string, unknown>> = {},
): ReadonlyMap<Config<unknown>, unknown> {
  const values = new Map<Config<unknown>, unknown>();
  for (const { given: config } of configs) {
    const value = Object.hasOwn(given, config.name) ? given[config.name] : config.initial;
    config.check(value);
    values.set(config, value);
  }
  for (const name of Object.keys(given)) {
    if (configs.some(({ given: config }) => config.name === name)) continue;
    throw new DagError('DAG_PARAMETER', {
      message: `${pipeline} has no config ${describeOption(name)}.`,
      remedy: `It has ${configs.map(({ given: { name: known } }) => known).join(', ') || 'none'}.`,
    });
  }
  return values;
}
