import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../support/paths.js';

const run = promisify(execFile);

/** What an example prints, run in a process of its own, on two threads and with these further options of `main()` and variables. */
export async function printed(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = `import('./examples/${name}.ts').then(({ main }) => main(${JSON.stringify({ threads: 2, ...options })}));`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: root,
    env: { ...process.env, ...variables },
  });
  return stdout;
}
