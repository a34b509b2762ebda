import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES } from '../src/errors.js';
import { root } from './support/paths.js';

/** What docs/errors.md says under each heading of the second level. */
function sections(): Map<string, string> {
  const [, ...parts] = readFileSync(join(root, 'docs', 'errors.md'), 'utf8').split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading.trim(), lines.join('\n').trim()];
    }),
  );
}

describe('docs/errors.md', () => {
  const codes = Object.keys(ERROR_CODES);

  test('has a section per code, in the order of the table, and no other', () => {
    expect([...sections().keys()]).toEqual(codes);
  });

  test('the table is in alphabetical order, so that a code is found', () => {
    expect(codes).toEqual([...codes].sort());
  });

  test.each(codes)('%s: says when it is raised and what to do about it', (code) => {
    const text = sections().get(code) ?? '';
    const [first = ''] = text.split('\n\n');
    expect(first.length).toBeGreaterThan(30);
    expect(text).toContain('**What to do:**');
  });
});
