import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { programsOf } from '../support/doc-blocks.js';
import { compilePrograms } from '../support/doc-compiler.js';
import { runPrograms } from '../support/doc-programs.js';
import { root, scratch } from '../support/paths.js';

const folder = join(scratch, 'docs');

/** README.md, the pages in docs/ and the sources, whose docstrings have examples. */
function documents(): string[] {
  const inFolder = (folder: string, extension: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith(extension))
          .map((name) => join(folder, name))
          .sort()
      : [];
  const pages = inFolder(join(root, 'docs'), '.md').filter((path) => !path.startsWith(join(root, 'docs', 'api')));
  return [join(root, 'README.md'), ...pages, ...inFolder(join(root, 'src'), '.ts')];
}

const programs = documents().flatMap(programsOf);
const files = [...new Set(programs.map((program) => program.file))];

let objections: string[] = [];

beforeAll(() => {
  objections = compilePrograms(programs, folder);
}, 60_000);

describe.each(files)('%s', (file) => {
  const own = programs.filter((program) => program.file === file);

  test('compiles', () => {
    expect(objections.filter((objection) => objection.startsWith(`${file}:`))).toEqual([]);
  });

  test('runs, and what its comments claim holds', async () => {
    expect(await runPrograms(own, folder)).toEqual([]);
  }, 120_000);
});

test('the compiler objects to nothing outside of the blocks', () => {
  expect(objections.filter((objection) => !files.some((file) => objection.startsWith(`${file}:`)))).toEqual([]);
});

test('the documents are where they are looked for', () => {
  expect(documents().map((path) => relative(root, path))).toContain('README.md');
});
