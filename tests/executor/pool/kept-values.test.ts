import { expect, it } from '@jest/globals';
import { crest, frame } from './nodes/crest.js';
import { withWholePool } from './whole-pool.js';

it('sends calls that a body made on a value that was left on its thread', async () => {
  await withWholePool({}, async (pool) => {
    // The first runs are measured; then the body follows the one that makes its argument, on the same thread.
    for (let round = 0; round < 60; round += 1) {
      await expect(crest(frame(257)).resolve({ executor: pool })).resolves.toBe(0.5);
    }
  });
});
