import { DagError } from '../errors.js';
import { checkByRules } from '../graph/option-rules.js';
import { checkIsOptions, describeOption } from '../graph/options.js';
import { LIMIT_RULES } from './limits.js';
import type { EntryFacts, PruneOptions } from '../graph/store.js';

/** Milliseconds that computing a value took. @throws DAG_OPTION */
export function costOf({ cost = 0 }: EntryFacts): number {
  if (Number.isFinite(cost) && cost >= 0) return cost;
  throw new DagError('DAG_OPTION', {
    message: `put(): \`cost\` must be milliseconds of at least 0, got ${describeOption(cost)}.`,
  });
}

/** @throws DAG_OPTION */
export function checkPruneOptions(options: PruneOptions): void {
  checkIsOptions(options, 'prune()');
  checkByRules(options, { subject: 'prune()', rules: LIMIT_RULES });
}
