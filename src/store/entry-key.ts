import { DagError } from '../errors.js';
import { describeOption } from '../graph/options.js';

const LONGEST = 1000;

/** @throws DAG_OPTION when it is no text of 1 to 1,000 bytes in UTF-8, or one with half a pair of surrogates in it. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key.length > 0 && key.length * 3 <= LONGEST && isWellFormed(key)) return;
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > LONGEST || !isWellFormed(key)) {
    const got = typeof key === 'string' && key !== '' ? `one of ${Buffer.byteLength(key)}` : describeOption(key);
    throw new DagError('DAG_OPTION', {
      message: `A key of a store must be a text of 1 to ${LONGEST} bytes in UTF-8, got ${got}.`,
      remedy: 'Hash what is longer.',
    });
  }
}

function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed(); // newer than the types: Node.js 20 has it
}
