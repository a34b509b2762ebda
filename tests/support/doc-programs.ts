import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { DocProgram } from './doc-blocks.js';
import { compiledPath } from './doc-compiler.js';
import { root } from './paths.js';

const run = promisify(execFile);
const runner = join(root, 'tests', 'support', 'doc-runner.mjs');
const threads = pathToFileURL(join(root, 'tests', 'support', 'doc-threads.mjs')).href;

interface Failure {
  readonly line?: number;
  readonly problem: string;
}

/** Runs the programs of one file that were compiled into `folder`, in one process. Returns the claims that do not hold, as `file:line: text`. */
export async function runPrograms(programs: readonly DocProgram[], folder: string): Promise<string[]> {
  const runnable = programs.filter((program) => program.run);
  const paths = runnable.map((program) => compiledPath(program, folder));
  const { stdout } = await run(process.execPath, ['--enable-source-maps', '--import', threads, runner, ...paths], {
    cwd: root,
    timeout: 60_000,
    maxBuffer: 2 ** 26,
  });
  const failures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Failure[]; // written by the runner
  return failures.map(({ line, problem }) => `${runnable[0]?.file ?? ''}:${line ?? '?'}: ${problem}`);
}
