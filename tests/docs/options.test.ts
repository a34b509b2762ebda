import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Graph, node, resolve, WorkerPool } from '../../src/index.js';
import { root } from '../support/paths.js';

/** The options that an error for an unknown one lists. */
async function optionsListed(refused: () => unknown): Promise<string[]> {
  const message = await Promise.resolve()
    .then(refused)
    .then(
      () => '',
      (error: unknown) => String(error),
    );
  return /Its options are (.*)\./.exec(message)?.[1]?.split(', ') ?? [];
}

const unknown = { unknown: 1 } as never;

test.each([
  ['nodes.md', 'of a node', () => node(() => 1, unknown)],
  ['futures.md', 'of a run', () => resolve([], unknown)],
  ['graphs.md', 'of a Graph', () => new Graph(unknown)],
  ['workers.md', 'of a pool', () => new WorkerPool(unknown)],
])('docs/%s has a table row for every option %s', async (page, _, refused) => {
  const options = await optionsListed(refused);
  expect(options.length).toBeGreaterThan(5);
  const rows = readFileSync(join(root, 'docs', page), 'utf8')
    .split('\n')
    .flatMap((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? []);
  expect(options.filter((option) => !rows.some((row) => row.includes(`\`${option}\``)))).toEqual([]);
});
