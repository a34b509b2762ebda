import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { root, scratch } from '../support/paths.js';

const run = promisify(execFile);

// ts-jest only transpiles, so this is where the types of sources, tests and examples are checked, and with them the type
// tests in *.test-d.ts: their `@ts-expect-error` lines are errors of their own where nothing is wrong on the next line.
test.each([
  ['sources, tests and examples', 'tsconfig.json', 'standard'],
  ['tests of the legacy decorators', 'tests/decorators/legacy/tsconfig.json', 'legacy'],
])(
  'the types of %s hold',
  async (_, config, name) => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const state = join(scratch, `types-${name}.tsbuildinfo`);
    const problems = await run(process.execPath, [tsc, '-p', config, '--incremental', '--tsBuildInfoFile', state], {
      cwd: root,
    }).then(
      () => '',
      (error: unknown) => (error as { stdout: string }).stdout, // where tsc prints what it objects to
    );
    expect(problems).toBe('');
  },
  120_000,
);
