import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes tsx load modules on this thread, where Node.js was started with it: on some versions it does so by itself on the
 * main thread only. To be called before the first import, for a failed one cannot be tried again.
 *
 * @param execArgv options of Node.js for this thread.
 */
export async function registerTsx(execArgv: readonly string[]): Promise<void> {
  const loader = execArgv.map((argument) => argument.replace(/^--\w+=/, '')).find(isTsx);
  if (loader === undefined) return;
  const from = loader.startsWith('tsx') ? pathToFileURL(join(process.cwd(), 'package.json')) : loader;
  // Resolved as a CommonJS module; the ES module lies beside it.
  const api = pathToFileURL(
    createRequire(from)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const { register } = (await import(api)) as { readonly register: () => unknown }; // what tsx documents
  register();
}

/** The package by its name, or the path or URL of a file in it, as its command line gives it. */
function isTsx(argument: string): boolean {
  return /^tsx(\/\w+)?$/.test(argument) || /[\\/]tsx[\\/]dist[\\/]\w+\.mjs$/.test(argument);
}
