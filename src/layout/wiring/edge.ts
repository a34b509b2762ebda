import { checkByRules, choiceRule, countRule, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import type { EdgePolicy } from '../channel/descriptors.js';
import { capacityRule } from '../channel/options.js';
import type { ComponentRef } from './component-ref.js';

/** Options of a connection. */
export interface EdgeOptions {
  /**
   * `latest`, the default: the newest value at the time of the firing; those in between are counted as overwritten.
   * `queue`: every value once and in order; the emitter waits while `capacity` values are before the reader. `leaky`: in
   * order, but the oldest are dropped instead, and counted.
   */
  readonly policy?: EdgePolicy;
  /** Most values before the reader of a `queue` or `leaky` connection, from 1 to 2²⁵. Default 64. */
  readonly capacity?: number;
  /** Most bytes of these values; `capacity` is lowered to what they hold. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Whether new values make the component fire. Default true; otherwise firings take the next one by the policy, or see the one before again. */
  readonly trigger?: boolean;
  /** What the first firing is given, before anything was emitted: fields of a record, or a value. */
  readonly initial?: unknown;
}

const flag = { expected: 'true or false', allows: (value: unknown): boolean => typeof value === 'boolean' };

const rules: OptionRules<EdgeOptions> = {
  policy: choiceRule('latest', 'queue', 'leaky'),
  capacity: capacityRule,
  maxBytes: countRule(1),
  trigger: flag,
  initial: { expected: 'a value', allows: () => true },
};

/** A connection between two components. */
export interface Edge {
  readonly from: ComponentRef;
  readonly to: ComponentRef;
  readonly role: 'trigger' | 'sample' | 'parameters';
  readonly options: EdgeOptions;
}

/** @throws DAG_OPTION */
export function checkEdgeOptions(options: EdgeOptions): void {
  checkIsOptions(options, 'connect()');
  checkByRules(options, { subject: 'connect()', rules });
}
