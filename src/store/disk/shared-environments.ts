import { realpathSync } from 'node:fs';
import * as paths from 'node:path';
import { Environment } from './environment.js';
import { cannotOpen } from './folder.js';

interface Shared {
  readonly opening: Promise<Environment>;
  readonly readOnly: boolean;
  stores: number;
}

/**
 * Environments that are open in this thread, by path: an index must not be opened twice by one process.
 * Module state, since stores that share a folder need not know of each other.
 */
const shared = new Map<string, Shared>();
/** Folders that are being closed. */
const closing = new Map<string, Promise<void>>();
const open = new Set<Environment>();
let watched = false;

/** The environment of a folder, opened unless it is open. @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_PEER_MISSING */
export async function acquire(path: string, readOnly: boolean): Promise<Environment> {
  const name = nameOf(path);
  await closing.get(name);
  let entry = shared.get(name);
  if (entry?.readOnly === true && !readOnly) {
    throw cannotOpen(path, 'a store on it is open in this thread, and read only', {
      remedy: 'Close that store before, or open the one that writes first: others may then be read only beside it.',
    });
  }
  if (entry === undefined) {
    entry = { opening: Environment.open(path, readOnly), readOnly, stores: 0 };
    shared.set(name, entry);
  }
  entry.stores += 1;
  try {
    const environment = await entry.opening;
    watch(environment);
    return environment;
  } catch (thrown) {
    shared.delete(name);
    throw thrown;
  }
}

/** The environment is not used by one of its stores any more. */
export async function relinquish(environment: Environment): Promise<void> {
  for (const [name, entry] of shared) {
    if ((await entry.opening.catch(() => undefined)) !== environment) continue;
    entry.stores -= 1;
    if (entry.stores > 0) return;
    shared.delete(name);
    open.delete(environment);
    const closed = environment.close();
    closing.set(
      name,
      closed.catch(() => undefined).finally(() => closing.delete(name)),
    );
    await closed;
    return;
  }
}

/** Stores that were forgotten say good-bye when the process ends, so that nobody looks for what they may have left. */
function watch(environment: Environment): void {
  open.add(environment);
  if (watched) return;
  watched = true;
  process.prependListener('exit', () => {
    for (const one of open) one.abandon();
  });
}

/** One name for one folder, as far as it exists. */
function nameOf(path: string): string {
  const absolute = paths.resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return absolute;
  }
}
