import { types } from 'node:util';
import { expect, test } from '@jest/globals';
import { alloc, node } from '../../src/index.js';
import { blocks } from '../../src/memory/blocks.js';

// Tests run in a context of their own, in which SharedArrayBuffer is another class than that of the memory alloc() gives.
const ones = node((length: number) => alloc(Float64Array, length).fill(1), { name: 'ones' });
const sum = node((x: Float64Array) => x.reduce((total, value) => total + value, 0), { name: 'sum' });

test('memory of a released value is taken again, whichever context made its class', async () => {
  const { liveBlocks } = blocks.stats;
  expect(await sum(ones(1000)).resolve()).toBe(1000);
  expect(blocks.stats.liveBlocks).toBe(liveBlocks);
  const { mappedBytes } = blocks.stats;
  expect(await sum(ones(1000)).resolve()).toBe(1000);
  expect(blocks.stats.mappedBytes).toBe(mappedBytes);
});

test('a copied result lies in ordinary memory', async () => {
  const result = await ones(3).resolve({ copy: true });
  expect(types.isSharedArrayBuffer(result.buffer)).toBe(false);
  expect([...result]).toEqual([1, 1, 1]);
});
