import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import { Struct } from '../../memory/struct/struct.js';
import type { RecordDescription } from '../channel/record.js';

/** How values of a type travel: records of a struct in place, `any` as bytes. @throws DAG_OPTION */
export function recordOf(type: unknown, subject: string): RecordDescription {
  if (type instanceof Struct) return type.describe();
  if (type === 'any') return 'bytes';
  throw new DagError('DAG_OPTION', { message: `${subject} must be a struct, or 'any', got ${describeOption(type)}.` });
}
