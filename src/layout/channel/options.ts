import { checkByRules, choiceRule, countRule, type OptionRule, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import type { EdgePolicy } from './descriptors.js';
import type { RecordDescription } from './record.js';

/** What a channel is made of. */
export interface ChannelOptions {
  /** What its values are: `describe()` of a struct, or `'bytes'`. */
  readonly record: RecordDescription;
  /** Most bytes of a value at first; for channels of bytes. Default 1,024. */
  readonly slotBytes?: number;
  /** The bell of the writer's thread. Default one of its own. */
  readonly bell?: SharedArrayBuffer;
}

/** What a reader of a channel gets. */
export interface ReaderOptions {
  /**
   * `latest`, the default: the newest value at the time of reading. `queue`: every value once and in order; the writer
   * waits while the reader is full. `leaky`: values in order, of which the oldest are dropped while the reader is full.
   */
  readonly policy?: EdgePolicy;
  /** Most values before a `queue` or `leaky` reader, the one that it holds not counted. Default 64, at least 1. */
  readonly capacity?: number;
  /** Most bytes of the slots for `capacity`, which is lowered to what they hold; at least one. Default 64 MiB. */
  readonly maxBytes?: number;
  /** The bell of the reader's thread. Default one of its own. */
  readonly bell?: SharedArrayBuffer;
}

const bell = { expected: 'shared memory from Bell.allocate()', allows: isShared };

const channelRules: OptionRules<ChannelOptions> = {
  record: {
    expected: "the description of a struct, or 'bytes'",
    allows: (value) => value === 'bytes' || (typeof value === 'object' && value !== null && 'fields' in value),
  },
  slotBytes: countRule(1),
  bell,
};

/** Most values before a reader: what 2 GiB of the smallest slots hold. */
const MOST = 2 ** 25;

/** Rule for the capacity of a reader, and so of a connection. */
export const capacityRule: OptionRule = {
  expected: `a whole number from 1 to ${MOST}`,
  allows: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST, // a number
};

const readerRules: OptionRules<ReaderOptions> = {
  policy: choiceRule('latest', 'queue', 'leaky'),
  capacity: capacityRule,
  maxBytes: countRule(1),
  bell,
};

function isShared(value: unknown): boolean {
  return value instanceof SharedArrayBuffer;
}

/** @throws DAG_OPTION */
export function checkChannelOptions(options: ChannelOptions): void {
  checkIsOptions(options, 'A channel');
  checkByRules(options, { subject: 'A channel', rules: channelRules });
}

/** @throws DAG_OPTION */
export function checkReaderOptions(options: ReaderOptions): void {
  checkIsOptions(options, 'A reader of a channel');
  checkByRules(options, { subject: 'A reader of a channel', rules: readerRules });
}
