import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A core for the thread that sends and one for the thread that receives. */
export type TwoCores = readonly [sender: number, receiver: number];

/** Two cores that threads of this process can be kept on; undefined where the system has not as many, or cannot keep them. */
export function twoCores(): TwoCores | undefined {
  try {
    const [list = ''] = /(?<=^Cpus_allowed_list:\s*)\S+/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    const [one, other] = list.split(',').flatMap((span) => {
      const [first = NaN, last = first] = span.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return one === undefined || other === undefined ? undefined : [one, other];
  } catch {
    return undefined;
  }
}

/** Keeps the calling thread on a core. @throws where {@link twoCores} gives none */
export function stayOn(core: number): void {
  const thread = basename(readlinkSync('/proc/thread-self'));
  execFileSync('taskset', ['--pid', '--cpu-list', String(core), thread], { stdio: 'ignore' });
}
