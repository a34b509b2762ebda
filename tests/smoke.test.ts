import { expect, test } from '@jest/globals';
import * as lazydag from '../src/index.js';

test('the entry point loads', () => {
  expect(lazydag).toBeDefined();
});
