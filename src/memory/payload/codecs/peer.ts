import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DagError, describeThrown } from '../../../errors.js';

/** The places from which a package is looked for: the library's own, the program's, and the current folder. */
function origins(): string[] {
  const main = process.argv[1];
  return [import.meta.url, ...(main === undefined ? [] : [main]), join(process.cwd(), 'package.json')];
}

/**
 * The file that `require(name)` loads from the first of these places that has it. `purpose` is what needs it, in errors.
 *
 * @throws DAG_PEER_MISSING
 */
export function resolvePeer(name: string, purpose: string): string {
  let failure: unknown;
  for (const origin of origins()) {
    try {
      return createRequire(origin).resolve(name);
    } catch (thrown) {
      failure ??= thrown;
    }
  }
  throw new DagError('DAG_PEER_MISSING', {
    message: `${purpose} needs the package ${name}, which could not be found: ${describeThrown(failure)}.`,
    remedy: `Install it (\`npm install ${name}\`).`,
    cause: failure,
  });
}

/** Loads a file of a package at once; an ES module, too, where Node.js can. */
export function loadFile(file: string): unknown {
  return createRequire(import.meta.url)(file);
}

/** Whether a CommonJS file was loaded by anyone in this thread. */
export function isLoaded(file: string): boolean {
  return createRequire(import.meta.url).cache[file] !== undefined;
}
