import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { root } from '../support/paths.js';

const ROUNDS = 9;
const LIMIT = 1.5;

/** Milliseconds that importing `specifiers` takes in a new process, without the start of the process. */
function importTime(specifiers: readonly string[]): number {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`).join('');
  const code = `const before = performance.now(); ${imports} console.log(performance.now() - before);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root }));
}

// Other tests share the machine. The least of several interleaved rounds is what the import costs by itself.
jest.retryTimes(2);

test(`importing lazydag takes at most ${LIMIT} times what importing its dependencies takes`, () => {
  const entry = pathToFileURL(join(root, 'dist', 'index.js')).href;
  const own: number[] = [];
  const dependencies: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(importTime([entry]));
    dependencies.push(importTime(['graphology', 'reflect-metadata']));
  }
  expect(Math.min(...own) / Math.min(...dependencies)).toBeLessThanOrEqual(LIMIT);
}, 60_000);
