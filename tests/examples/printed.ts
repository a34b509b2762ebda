import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../support/paths.js';

const run = promisify(execFile);
const IMPORTED = '-- imported';

/**
 * What an example prints, run in a process of its own, on two threads and with these further options of `main()` and variables.
 * An example runs itself only when it is the program: one that prints when it is imported is an error.
 */
export async function printed(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = `import('./examples/${name}.ts').then(({ main }) => {
    console.log(${JSON.stringify(IMPORTED)});
    return main(${JSON.stringify({ threads: 2, ...options })});
  });`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: root,
    env: { ...process.env, ...variables },
  });
  const [before, after = ''] = stdout.split(`${IMPORTED}\n`);
  if (before !== '') throw new Error(`${name} prints when it is imported: ${before ?? ''}`);
  return after;
}
