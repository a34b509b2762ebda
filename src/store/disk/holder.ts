import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** A process, or a thread of it, that holds something. */
export interface Holder {
  readonly pid: number;
  /** When it started, in the system's own terms; '' where that is not told. */
  readonly started: string;
  /** The machine, since when it runs, and the part of it in which process ids are counted. */
  readonly host: string;
  /** Which thread it is, unless the main one: others may end while their process lives. */
  readonly thread?: HolderThread;
}

/** A thread as the system counts them; both are '' where it does not tell. */
interface HolderThread {
  readonly id: string;
  readonly started: string;
}

/** Milliseconds after which a holder that the system cannot be asked for, and that has not renewed its lease, counts as dead. */
export const LEASE = 30_000;

function read(source: () => string): string {
  try {
    return source().trim();
  } catch {
    return '';
  }
}

/** When the system was started, where it tells; it differs after each start. */
export const bootId = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));

const host = `${hostname()}|${bootId}|${read(() => readlinkSync('/proc/self/ns/pid'))}`;

/** This thread: its process and, where it is not the main one, which thread of it. */
export function thisThread(): Holder {
  const { pid } = process;
  const holder = { pid, started: startOf(String(pid))?.started ?? '', host };
  return isMainThread ? holder : { ...holder, thread: threadOf(read(() => readlinkSync('/proc/thread-self'))) };
}

/** The thread of a link such as `12/task/34`. */
function threadOf(link: string): HolderThread {
  const started = link === '' ? '' : (startOf(link)?.started ?? '');
  return { id: started === '' ? '' : link.slice(link.lastIndexOf('/') + 1), started };
}

/** A name that nobody else has: 16 hexadecimal digits. */
export function randomToken(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Whether a holder that renewed its lease until then is alive: asked of the system where it is on this machine. Where that
 * does not tell threads apart, those besides the main one live as long as their process and their lease: one that does
 * not get to renew it, since it computes for longer, is taken to be dead.
 */
export function isAlive(holder: Holder, leasedUntil: number, now: number): boolean {
  if (holder.host !== host) return leasedUntil > now;
  const { pid, thread } = holder;
  if (thread === undefined) return isRunning(pid, holder.started);
  if (thread.id === '') return leasedUntil > now && isRunning(pid, holder.started);
  const found = startOf(`${pid}/task/${thread.id}`);
  return found !== undefined && !found.dead && found.started === thread.started;
}

function isRunning(pid: number, started: string): boolean {
  const found = startOf(String(pid));
  if (found !== undefined) return !found.dead && (started === '' || started === found.started);
  return process.platform !== 'linux' && runs(pid);
}

/** State and start of a process, or a thread of it, as Linux tells them. */
function startOf(name: string): { readonly dead: boolean; readonly started: string } | undefined {
  const text = read(() => readFileSync(`/proc/${name}/stat`, 'latin1'));
  if (text === '') return undefined;
  // The name stands in parentheses and may hold anything. Field 3, the state, comes after it; field 22 is the start.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { dead: fields[0] === 'Z' || fields[0] === 'X', started: fields[19] ?? '' };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'; // what kill throws
  }
}
