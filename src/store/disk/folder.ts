import { constants } from 'node:fs';
import { access, mkdir, readdir, readFile, realpath, rm, stat, truncate, writeFile } from 'node:fs/promises';
import * as paths from 'node:path';
import { DagError, describeThrown } from '../../errors.js';
import { inspect } from './lmdb-file.js';

/** What a store on disk is made of, all in its folder. */
export interface Folder {
  readonly path: string;
  readonly values: string;
  readonly index: string;
}

/** Changes with what lies in a folder. */
const FORMAT = 2;
const MARKER = 'lazydag-store';

/** Bytes that must be free for a store to be begun: its files are made by native code that does not bear to have no room. */
const ROOM_TO_BEGIN = 256 * 1024;

/**
 * The folder of a store, made where there is none.
 *
 * @throws DAG_STORE_OPEN, DAG_STORE_VERSION
 */
export async function openFolder(path: string, readOnly: boolean): Promise<Folder> {
  try {
    if (!readOnly) await makeFolder(paths.resolve(path));
    if (!(await stat(path)).isDirectory()) throw cannotOpen(path, 'it is no folder');
    const real = await realpath(path);
    const folder = { path: real, values: paths.join(real, 'values'), index: paths.join(real, 'index.mdb') };
    await access(real, readOnly ? constants.R_OK | constants.X_OK : constants.R_OK | constants.W_OK | constants.X_OK);
    await checkMarker(folder, readOnly);
    await checkIndex(folder, readOnly);
    if (!readOnly) await mkdir(folder.values, { recursive: true, mode: 0o700 });
    return folder;
  } catch (thrown) {
    throw thrown instanceof DagError ? thrown : cannotOpen(path, describeThrown(thrown), { cause: thrown });
  }
}

/** Makes a folder and those above it. Node's own way of doing that never ends where a file system refuses by ENOENT. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path, { mode: 0o700 }).catch((thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown; // what mkdir throws
    });
  try {
    await make();
  } catch (thrown) {
    const above = paths.dirname(path);
    if (!isMissing(thrown) || above === path) throw thrown;
    await makeFolder(above);
    await make();
  }
}

/** Whether a folder says that it holds a store. @throws DAG_STORE_VERSION */
async function hasMarker(path: string): Promise<boolean> {
  const text = await readFile(paths.join(path, MARKER), 'utf8').catch((thrown: unknown) => {
    if (isMissing(thrown)) return '';
    throw thrown;
  });
  const version = text.trim();
  if (version !== '' && version !== String(FORMAT)) {
    throw new DagError('DAG_STORE_VERSION', {
      message: `The store in ${path} has format ${JSON.stringify(version.slice(0, 20))}, and this version of lazydag reads format ${FORMAT}.`,
      remedy: 'Use another folder, or delete this one.',
    });
  }
  return version !== '';
}

async function checkMarker({ path }: Folder, readOnly: boolean): Promise<void> {
  if (await hasMarker(path)) return;
  if (readOnly) throw cannotOpen(path, 'there is no store in it');
  const others = (await readdir(path)).filter(
    (name) => !name.startsWith('.') && name !== MARKER && name !== 'lost+found',
  );
  // Another process may have begun the store since.
  if (await hasMarker(path)) return;
  if (others.length > 0)
    throw cannotOpen(path, `there is no store in it, but other things, such as ${JSON.stringify(others[0])}`);
  await proveRoom(path);
  await writeFile(paths.join(path, MARKER), `${FORMAT}\n`, { mode: 0o600 });
}

async function proveRoom(path: string): Promise<void> {
  const probe = paths.join(path, `.room-${process.pid}`);
  try {
    await writeFile(probe, Buffer.alloc(ROOM_TO_BEGIN), { mode: 0o600 });
  } finally {
    await rm(probe, { force: true });
  }
}

/** The native code ends the process where the index is no index, so it is looked at before. */
async function checkIndex({ path, index }: Folder, readOnly: boolean): Promise<void> {
  const file = inspect(index);
  if (file === 'missing') {
    if (readOnly) throw cannotOpen(path, 'there is no store in it');
    return;
  }
  await access(index, readOnly ? constants.R_OK : constants.R_OK | constants.W_OK);
  if (file === 'damaged') throw cannotOpen(path, 'its index.mdb is damaged');
  if (file.size >= file.used) return;
  // A read beyond the end of the file would end the process; of zeros, it is an error.
  if (readOnly) throw cannotOpen(path, 'its index.mdb is cut short');
  await truncate(index, file.used);
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT'; // anything that fs throws
}

const REMEDY = 'Give it a `path` to a folder that is empty or holds a store, and that this user may write.';

/** What is told of why a store cannot be opened. */
interface CannotOpen {
  readonly cause?: unknown;
  readonly remedy?: string;
}

/** The error for a folder in which no store can be opened. */
export function cannotOpen(path: string, reason: string, { cause, remedy = REMEDY }: CannotOpen = {}): DagError {
  return new DagError('DAG_STORE_OPEN', {
    message: `DiskStore cannot open ${path}: ${reason}.`,
    remedy,
    ...(cause === undefined ? {} : { cause }),
  });
}
