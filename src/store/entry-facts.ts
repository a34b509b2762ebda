import { DagError } from '../errors.js';
import { checkByRules } from '../graph/option-rules.js';
import { checkIsOptions, describeOption } from '../graph/options.js';
import { LIMIT_RULES } from './limits.js';
import type { EntryFacts, PruneOptions, PutOptions } from '../graph/store.js';

/** Milliseconds that computing a value took. @throws DAG_OPTION */
export function costOf({ cost = 0 }: EntryFacts): number {
  if (Number.isFinite(cost) && cost >= 0) return cost;
  throw new DagError('DAG_OPTION', {
    message: `put(): \`cost\` must be milliseconds of at least 0, got ${describeOption(cost)}.`,
  });
}

/** When a value that is put was made, in milliseconds since 1970; Infinity for now. @throws DAG_OPTION */
export function creationOf({ createdAt = Infinity }: PutOptions): number {
  if (typeof createdAt === 'number' && createdAt >= 0) return createdAt;
  throw new DagError('DAG_OPTION', {
    message: `put(): \`createdAt\` must be milliseconds since 1970, got ${describeOption(createdAt)}.`,
  });
}

/** @throws DAG_OPTION */
export function checkPruneOptions(options: PruneOptions): void {
  checkIsOptions(options, 'prune()');
  checkByRules(options, { subject: 'prune()', rules: LIMIT_RULES });
}
