import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  hexOfText,
  loadHashers,
  prepareHashing,
  withHasher,
  withHasherNow,
  type Hasher,
} from '../../src/store/hashing.js';

const abc = Buffer.from('abc');
const ABC = {
  xxh128: '06b05ab6733a618578af5f94892f3950',
  sha256: createHash('sha256').update(abc).digest('hex'),
} as const;

describe.each(['xxh128', 'sha256'] as const)('%s', (kind) => {
  const sum = (hasher: Hasher): Buffer => {
    hasher.update(abc.subarray(0, 1));
    hasher.update(abc.subarray(1));
    return hasher.digest();
  };

  test('stands for the bytes, however they are given', async () => {
    const hasher = (await loadHashers())[kind];
    expect(hasher.kind).toBe(kind);
    hasher.begin();
    const digest = sum(hasher);
    expect(digest).toHaveLength(hasher.size);
    expect(digest.toString('hex')).toBe(ABC[kind]);
    hasher.begin();
    hasher.update(Buffer.from('something that is not finished'));
    expect(hexOfText(hasher, 'abc')).toBe(ABC[kind]);
    expect(digest.toString('hex')).toBe(ABC[kind]); // it belongs to who has asked for it
  });

  test('is lent to several at once, and again after one has failed', async () => {
    const found = await Promise.all(
      [1, 2].map((count) =>
        withHasher(kind, async (hasher) => {
          hasher.update(abc.subarray(0, count));
          await Promise.resolve();
          hasher.update(abc.subarray(count));
          return hasher.digest().toString('hex');
        }),
      ),
    );
    expect(found).toEqual([ABC[kind], ABC[kind]]);
    const failing = withHasher(kind, async (hasher) => {
      hasher.update(abc);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await withHasher(kind, async (hasher) => sum(hasher).toString('hex'))).toBe(ABC[kind]);
  });
});

test('what cannot wait gets a hasher once that is prepared', async () => {
  const now = (): string =>
    withHasherNow('xxh128', (hasher) => {
      hasher.update(abc);
      return hasher.digest().toString('hex');
    });
  expect(now).toThrow(expect.objectContaining({ code: 'DAG_INTERNAL' }));
  await prepareHashing();
  expect([now(), now()]).toEqual([ABC.xxh128, ABC.xxh128]);
});
