import * as paths from 'node:path';
import { DagError } from '../../errors.js';
import { checkByRules, choiceRule, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions, describeOption } from '../../graph/options.js';
import { LIMIT_RULES, type StoreLimits } from '../limits.js';

/** Options of a {@link DiskStore}. */
export interface DiskStoreOptions extends StoreLimits {
  /** Folder of the store; made where there is none. Relative to where the process is when the store is made. It must be empty then, and on a disk of this machine. */
  readonly path: string;
  /** Write nothing, not even what was used. Locks exclude nobody then. Default false. */
  readonly readOnly?: boolean;
  /**
   * What checksums, and keys of calls, are made with. `'xxh128'` finds all that disks do wrong; `'sha256'` takes three
   * times as long, and cannot be forged. Default `'xxh128'`.
   */
  readonly hash?: 'xxh128' | 'sha256';
  /** Compress large buffers: less to write where they are regular, at 30 to 100 MB/s. Default false. */
  readonly compress?: boolean;
}

const BOOLEAN = { expected: 'true or false', allows: (given: unknown) => typeof given === 'boolean' };

const RULES: OptionRules<DiskStoreOptions> = {
  ...LIMIT_RULES,
  path: {
    expected: 'the path of a folder',
    allows: (given) => typeof given === 'string' && given !== '' && !given.includes('\0'),
  },
  readOnly: BOOLEAN,
  hash: choiceRule('xxh128', 'sha256'),
  compress: BOOLEAN,
};

/** The options with their defaults. @throws DAG_OPTION */
export function diskSettings(options: DiskStoreOptions): Required<DiskStoreOptions> {
  checkIsOptions(options, 'DiskStore');
  checkByRules(options, { subject: 'DiskStore', rules: RULES });
  const { path, maxBytes = Infinity, maxAge = Infinity, readOnly = false, hash = 'xxh128', compress = false } = options;
  const given: unknown = path;
  if (given === undefined) {
    throw new DagError('DAG_OPTION', {
      message: `DiskStore: \`path\` must be ${RULES.path.expected}, got ${describeOption(given)}.`,
    });
  }
  return { path: paths.resolve(path), maxBytes, maxAge, readOnly, hash, compress };
}
