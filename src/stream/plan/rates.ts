import { DagError } from '../../errors.js';

/**
 * How often something happens in a pipeline: once for each item, or as often as a flow before it gives a result. Values
 * of one rate can be put together; those of a rate below see the values above, unless a result was made of several.
 */
export interface Rate {
  /** Its place in the plan: 0 is that of the items. */
  readonly index: number;
  /** The rate that a flow turned into this one. */
  readonly above: Rate | undefined;
  /** Whether its results see the values above. */
  readonly sees: boolean;
  /** What errors call the flow. */
  readonly flow: string;
}

/** Whether something at `rate` sees values of `other`. */
function canSee(rate: Rate, other: Rate): boolean {
  let at: Rate | undefined = rate;
  while (at !== other) {
    if (at?.sees !== true) return false;
    at = at.above;
  }
  return true;
}

/** The rate at which values of several rates come together. @throws DAG_RATES when they do not. */
export function commonRate(rates: readonly Rate[], root: Rate, who: string): Rate {
  let common = root;
  for (const rate of rates) {
    if (canSee(common, rate)) continue;
    // What is gathered sees nothing above, so that it may also replace the rate of what every item has.
    if (!canSee(rate, common) && !(common === root && !rates.includes(root))) {
      throw new DagError('DAG_RATES', {
        message: `${who} puts values together that come at different rates: behind ${rate.flow} there is not one for each ${common === root ? 'item' : `result of ${common.flow}`}.`,
        remedy: 'Take all of them from behind the same filter, flatMap, batch or window.',
      });
    }
    common = rate;
  }
  return common;
}
