import type * as Fs from 'node:fs';
import type * as Os from 'node:os';
import type * as WorkerThreads from 'node:worker_threads';

/** Loading `node:worker_threads` takes longer than all of the graph: programs without a pool do without it. */
export function workerThreads(): typeof WorkerThreads {
  return process.getBuiltinModule('node:worker_threads');
}

/** See {@link workerThreads}. */
export function os(): typeof Os {
  return process.getBuiltinModule('node:os');
}

/** See {@link workerThreads}; to import `node:fs` loads all of its streams. */
export function fs(): typeof Fs {
  return process.getBuiltinModule('node:fs');
}

/** Whether this may be a thread, found without loading anything: some functions of `process` are disabled on threads. */
export function mayBeThread(): boolean {
  const { chdir } = process as unknown as { readonly chdir: object }; // looked at, never called
  return 'disabled' in chdir;
}
