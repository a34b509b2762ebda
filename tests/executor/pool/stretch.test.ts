import { expect, it } from '@jest/globals';
import { Stretch } from '../../../src/executor/pool/stretch.js';

it('jobs that are alike share their head', () => {
  const stretch = new Stretch();
  const words: unknown[] = [];
  for (const [node, head, argument] of [
    [1, 16, 'a'],
    [1, 16, 'b'],
    [2, 16, 'c'],
    [2, 0, undefined],
  ] as const) {
    stretch.extend(words, node, head);
    if (argument !== undefined) words.push(argument);
  }
  expect(words).toEqual([1, 16, 2, 'a', 'b', 2, 16, 1, 'c', 2, 0, 1]);
});

it('a job that was not written after all leaves its stretch as it was', () => {
  const stretch = new Stretch();
  const words: unknown[] = [];
  stretch.undo(words);
  stretch.extend(words, 1, 16);
  words.push('a');
  stretch.extend(words, 1, 16);
  stretch.undo(words);
  expect(words).toEqual([1, 16, 1, 'a']);
  stretch.extend(words, 1, 16);
  words.push('b');
  expect(words).toEqual([1, 16, 2, 'a', 'b']);
  stretch.extend(words, 2, 16);
  words.length = 5;
  stretch.undo(words);
  stretch.extend(words, 2, 16);
  expect(words).toEqual([1, 16, 2, 'a', 'b', 2, 16, 1]);
});
