import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The loader tsx as an option of Node.js names it: by the package, or by a file of it, as its command does. */
const TSX = /^tsx(?:\/esm)?$|[\\/]tsx[\\/]dist[\\/](?:loader|esm[\\/]index)\.mjs$/;

interface TsxPackage {
  readonly exports: { readonly './esm/api': { readonly import: { readonly default: string } } };
}

interface TsxApi {
  readonly register: () => unknown;
}

/**
 * Lets this thread import TypeScript where the process does so by tsx. Threads have the options of the process, but under
 * most versions of Node.js tsx sets itself up on the main thread only. Does nothing where it is not among the options.
 */
export async function registerTypeScriptLoader(options: readonly string[] = loaderOptions()): Promise<void> {
  const tsx = options.map((option) => option.replace(/^--import=/, '')).find((option) => TSX.test(option));
  if (tsx === undefined) return;
  const require = createRequire(tsx.startsWith('tsx') ? join(process.cwd(), 'options') : tsx);
  // Its API for modules, by what it exports to `import`: what it exports to `require` does not find its own files.
  const { exports } = require('tsx/package.json') as TsxPackage; // of every version since 4.4
  const api = join(require.resolve('tsx/package.json'), '..', exports['./esm/api'].import.default);
  const { register } = (await import(pathToFileURL(api).href)) as TsxApi; // as it documents it
  register();
}

function loaderOptions(): string[] {
  return [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
}
