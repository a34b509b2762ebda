import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that holds something. */
export interface Holder {
  readonly pid: number;
  /** When it started, in the system's own terms; '' where that is not told. */
  readonly started: string;
  /** The machine, since when it runs, and the part of it in which process ids are counted. */
  readonly host: string;
}

/** Milliseconds after which a holder on another machine that has not renewed its lease counts as dead. */
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

/** This process. */
export function thisProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid)?.started ?? '', host };
}

/** A name that nobody else has: 16 hexadecimal digits. */
export function randomToken(): string {
  return randomBytes(8).toString('hex');
}

/** Whether a process that renewed its lease until then is alive: asked of the system where it is on this machine. */
export function isAlive(holder: Holder, leasedUntil: number, now: number): boolean {
  if (holder.host !== host) return leasedUntil > now;
  const found = startOf(holder.pid);
  if (found !== undefined) return !found.dead && (holder.started === '' || holder.started === found.started);
  return process.platform !== 'linux' && runs(holder.pid);
}

/** State and start of a process, as Linux tells them. */
function startOf(pid: number): { readonly dead: boolean; readonly started: string } | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
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
