import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { root } from '../support/paths.js';

const folder = join(root, 'examples');
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const printed: string[] = [];

beforeEach(() => {
  printed.length = 0;
  const keep = (...values: unknown[]): void => {
    printed.push(format(...values));
  };
  for (const method of ['log', 'info', 'error', 'table'] as const) {
    jest.spyOn(console, method).mockImplementation(keep);
  }
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    keep(text.toString());
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

test('there are examples', () => {
  expect(examples).not.toEqual([]);
});

// An example runs itself only when it is the program, so importing it prints nothing.
test.each(examples)(
  '%s exports main(), which prints something',
  async (name) => {
    const example: unknown = await import(pathToFileURL(join(folder, name)).href);
    expect(printed).toEqual([]);
    const { main } = example as { main: () => unknown }; // undefined in an example that breaks the rule
    expect(typeof main).toBe('function');
    await main();
    expect(printed.join('\n').trim()).not.toBe('');
  },
  120_000,
);
