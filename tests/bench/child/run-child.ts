import { fork } from 'node:child_process';
import type { Outcome, TaskName, Tasks } from './protocol.js';

/** How to start a child process. */
export interface ChildOptions {
  /** Seconds after which the child is killed and its task counts as too slow. */
  readonly limit: number;
  /** Seconds added to the limit for repeats. Default 0. */
  readonly grace?: number;
  /** Flags for node. Default none: children run with the heap that a user gets. */
  readonly flags?: readonly string[];
}

const entry = new URL('../.build/main.js', import.meta.url);

/** Carries `request` out in a fresh process and gives its answer; a crash or a kill is an answer too. */
export function runChild<Name extends TaskName>(
  task: Name,
  request: Tasks[Name]['request'],
  { limit, grace = 0, flags = [] }: ChildOptions,
): Promise<Outcome<Tasks[Name]['response']>> {
  return new Promise((resolve) => {
    const child = fork(entry, { execArgv: [...flags], env: plainEnvironment(), silent: true });
    let complaint = '';
    child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()));
    const timer = setTimeout(
      () => {
        resolve({ ok: false, reason: `over ${limit} s` });
        child.kill('SIGKILL');
      },
      (limit + grace) * 1_000,
    );
    child.once('message', (outcome) => {
      // The child answers exactly what the protocol states for this task.
      resolve(outcome as Outcome<Tasks[Name]['response']>);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({ ok: false, reason: describeExit({ complaint, code, signal }) });
    });
    child.send({ task, request });
  });
}

/** The environment without flags that would change the child's heap or loaders. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  return environment;
}

/** How a child ended, and what it wrote to its standard error. */
export interface Exit {
  readonly complaint: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The reason of an end that was not asked for, in a few words. */
export function describeExit({ complaint, code, signal }: Exit): string {
  if (complaint.includes('heap out of memory')) return 'out of memory';
  if (complaint.includes('Maximum call stack size exceeded')) return 'RangeError (stack)';
  const error = complaint.split('\n').find((line) => /Error/.test(line));
  return error?.trim() ?? `exit ${String(code ?? signal)}`;
}
