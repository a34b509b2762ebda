import { describe, expect, it } from '@jest/globals';
import { resolve, type Future } from 'lazydag';
import { same } from './nodes/basic.js';
import { Shown } from './nodes/standard-methods.js';
import { withWholePool } from './whole-pool.js';

/** A decorated method, which the types of a plain module do not know. */
function call(instance: object, method: string): Future<string> {
  return (instance as Record<string, (base: string) => Future<string>>)[method]?.('it is') as Future<string>; // it is there
}

describe('a method by standard decorators', () => {
  it('finds its class on a thread among the exports of the module, where no instance was made', async () => {
    await withWholePool({}, async (pool) => {
      await expect(call(new Shown(), 'where').resolve({ executor: pool })).resolves.toBe('it is 1 on a thread');
    });
  });
});

it('a node whose first call cannot be sent is sent with the next', async () => {
  await withWholePool({}, async (pool) => {
    await expect(same(() => 1).resolve({ executor: pool })).rejects.toMatchObject({ code: 'DAG_CANNOT_TRAVEL' });
    await expect(resolve(same(1), { executor: pool })).resolves.toBe(1);
  });
});
