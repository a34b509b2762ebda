import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../child/protocol.js';

/** A Python script of this folder. */
export type Script = 'dask_times.py' | 'dask_order.py' | 'joblib_times.py' | 'joblib_memory_times.py';

/** The first interpreter that has Dask: `$PYTHON`, `python3`, Debian's own; undefined when none has. About 0.3 s. */
export function findDask(): string | undefined {
  return findPython('dask.delayed, dask.order');
}

/** The first interpreter that has joblib and NumPy, looked for in the same places. */
export function findJoblib(): string | undefined {
  return findPython('joblib, numpy');
}

function findPython(modules: string): string | undefined {
  return [process.env['PYTHON'], 'python3', '/usr/bin/python3'].find(
    (python) => python !== undefined && spawnSync(python, ['-c', `import ${modules}`]).status === 0,
  );
}

/** How to run a script. */
export interface PythonOptions {
  /** What `findDask` or `findJoblib` gave. */
  readonly python: string | undefined;
  /** Seconds after which the script is killed and counts as too slow. */
  readonly limit: number;
  /** Seconds added to the limit for repeats. Default 0. */
  readonly grace?: number;
}

/** Runs a script with `request` as JSON on its standard input; `Answer` is what the script's docstring states. */
export function runPython<Answer>(
  script: Script,
  request: unknown,
  { python, limit, grace = 0 }: PythonOptions,
): Promise<Outcome<Answer>> {
  const [system] = script.split('_');
  if (python === undefined) return Promise.resolve({ ok: false, reason: `${String(system)} is not installed` });
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url))]);
  let [output, complaint] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => {
        resolve({ ok: false, reason: `over ${limit} s` });
        child.kill('SIGKILL');
      },
      (limit + grace) * 1_000,
    );
    child.once('close', (code) => {
      clearTimeout(timer);
      const reason = complaint.trim().split('\n').at(-1) ?? '';
      resolve(code === 0 ? { ok: true, value: JSON.parse(output) as Answer } : { ok: false, reason });
    });
  });
}
