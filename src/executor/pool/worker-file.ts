import { fileURLToPath } from 'node:url';
import { fs } from './node-modules.js';

/**
 * What a thread of a pool loads: the file that this code is in, whether that is a module of the package or a bundle that
 * has it inside, for on a thread it begins to serve the pool as soon as it is loaded. From its TypeScript source, which a
 * thread may not be able to load, it is the build.
 */
export function workerFile(): URL {
  const own = new URL(import.meta.url);
  if (!own.pathname.endsWith('.ts')) return own;
  const built = new URL('../../../dist/index.js', own);
  return fs().existsSync(fileURLToPath(built)) ? built : own;
}
