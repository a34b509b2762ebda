import { DagError } from '../errors.js';
import type { Future } from './future.js';
import type { ResolveOptions } from './run-options.js';

/** What Futures and Graphs ask of the layer that runs them. */
export interface ResolverHook {
  resolve(target: unknown, options: ResolveOptions | undefined): Promise<unknown>;
  resolveSync(target: unknown, options: ResolveOptions | undefined): unknown;
  release(future: Future): void;
  part(future: Future, key: unknown): Future;
}

let installed: ResolverHook | undefined;

/** Is called once by resolve/, which lies above this layer. */
export function installResolver(hook: ResolverHook): void {
  installed = hook;
}

/** The installed resolver. */
export function resolverHook(): ResolverHook {
  if (installed === undefined) {
    throw new DagError('DAG_INTERNAL', {
      message: 'No resolver is installed.',
      remedy: "Import from 'lazydag' rather than from a file inside it.",
    });
  }
  return installed;
}
