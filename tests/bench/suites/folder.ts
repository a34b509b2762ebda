import type { SuiteOptions } from './suite.js';

/** The folder given on the command line. */
export function requireFolder(suite: string, { folder }: SuiteOptions): string {
  if (folder === undefined) {
    throw new Error(`${suite}: expected a folder, got none. Run: npm run bench -- ${suite} DIR`);
  }
  return folder;
}
