import { expect, jest, test } from '@jest/globals';
import { MemoryStore } from '../../src/store/memory-store.js';
import { conformance } from './conformance.js';

conformance('MemoryStore', (limits) => new MemoryStore(limits));

test('refuses options that are none', () => {
  const refused = expect.objectContaining({ code: 'DAG_OPTION' });
  expect(() => new MemoryStore({ maxBytes: -1 })).toThrow(refused);
  expect(() => new MemoryStore({ maxSize: 1 } as never)).toThrow(refused);
  expect(() => new MemoryStore('a' as never)).toThrow(refused);
});

test('takes out what is too old while it is used, without looking at all entries with each put', async () => {
  await using store = new MemoryStore({ maxAge: 1000 });
  const clock = jest.spyOn(Date, 'now');
  const looks = jest.spyOn(Map.prototype, Symbol.iterator);
  for (let index = 0; index < 3000; index += 1) {
    clock.mockReturnValue(1_000_000 + index);
    await store.put(`k${index}`, index);
  }
  expect(looks.mock.calls.length).toBeGreaterThan(50);
  expect(looks.mock.calls.length).toBeLessThan(200);
  jest.restoreAllMocks();
  const { entries, evictions } = await store.stats();
  expect(entries).toBeLessThanOrEqual(1033);
  expect(entries + evictions).toBe(3000);
});
