import { fileURLToPath, pathToFileURL } from 'node:url';
import { DagError } from '../../errors.js';
import { fs } from './node-modules.js';

/** The file that this code is in; undefined where a bundler has left nothing that tells. */
export function ownFile(): URL | undefined {
  if (URL.canParse(import.meta.url)) return new URL(import.meta.url);
  // In a bundle of CommonJS modules.
  return typeof __filename === 'string' ? pathToFileURL(__filename) : undefined;
}

/**
 * What a thread of a pool loads: the file that this code is in, whether that is a module of the package or a bundle that
 * has it inside, for on a thread it begins to serve the pool as soon as it is loaded. From its TypeScript source, which a
 * thread may not be able to load, it is the build.
 *
 * @throws DAG_INTERNAL where a bundler has left nothing that tells.
 */
export function workerFile(): URL {
  const own = ownFile();
  if (own === undefined) {
    throw new DagError('DAG_INTERNAL', {
      message: 'The bundle does not tell which file it is, so that no thread can load it.',
      remedy: 'Bundle into an ES module.',
    });
  }
  if (!own.pathname.endsWith('.ts')) return own;
  const built = new URL('../../../dist/index.js', own);
  return fs().existsSync(fileURLToPath(built)) ? built : own;
}
