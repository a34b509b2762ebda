import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { node } from '../../../src/index.js';
import { fileKey } from '../../../src/store/index.js';
import { scratch } from '../../support/paths.js';
import { freshKeys } from './support.js';

let folder = '';

beforeAll(() => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'files-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file with a time of change. */
function file(name: string, text: string, seconds = 1000): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, seconds, seconds);
  return path;
}

describe('fileKey()', () => {
  test('changes with the size and with the time of change', () => {
    const before = fileKey(file('a', 'one'));
    expect(fileKey(file('a', 'one'))).toBe(before);
    expect(fileKey(file('a', 'two'))).toBe(before); // as good as size and time are
    expect(fileKey(file('a', 'three'))).not.toBe(before);
    expect(fileKey(file('a', 'one', 1001))).not.toBe(before);
  });

  test('changes with the content alone when asked to', () => {
    const key = (text: string, seconds: number): string => fileKey(file('b', text, seconds), { content: true });
    expect(key('one', 1)).toBe(key('one', 2));
    expect(key('one', 1)).not.toBe(key('two', 1));
    const large = 'x'.repeat((1 << 20) + 1);
    expect(key(large, 1)).not.toBe(key(`${large.slice(1)}y`, 1));
  });

  test('does not depend on where the file is, and takes URLs', () => {
    expect(fileKey(file('c', 'same'))).toBe(fileKey(file('d', 'same')));
    expect(fileKey(pathToFileURL(join(folder, 'c')))).toBe(fileKey(join(folder, 'c')));
  });

  test('a missing file has a key of its own', () => {
    expect(fileKey(join(folder, 'none'))).toBe('missing');
    expect(fileKey(join(folder, 'none'), { content: true })).toBe('missing');
    expect(fileKey(join(file('e', ''), 'below a file'))).toBe('missing');
    expect(fileKey(file('e', ''))).not.toBe('missing');
  });

  test('what is no path, no option, or cannot be read is refused', () => {
    const load = node((path: string) => path, { name: 'load' });
    expect(() => fileKey(load('a') as never)).toThrow(
      /^DAG_OPTION: fileKey\(\) expects a path or a URL, got Future<load>/u,
    );
    expect(() => fileKey('a', { contents: true } as never)).toThrow('DAG_OPTION');
    expect(() => fileKey('a', { content: 1 } as never)).toThrow('DAG_OPTION');
    expect(() => fileKey(folder, { content: true })).toThrow('EISDIR');
  });

  test('makes a call another one when its file changes', () => {
    const read = node((path: string) => path, { name: 'read', version: '1', key: (path: string) => fileKey(path) });
    const key = (): string => freshKeys().keyOf(read(join(folder, 'f')));
    const missing = key();
    file('f', 'one');
    const there = key();
    file('f', 'one', 2000);
    expect(new Set([missing, there, key()]).size).toBe(3);
  });
});
