import { expect, test } from '@jest/globals';
import { MemoryStore } from '../../src/store/memory-store.js';
import { conformance } from './conformance.js';

conformance('MemoryStore', (limits) => new MemoryStore(limits));

test('refuses options that are none', () => {
  const refused = expect.objectContaining({ code: 'DAG_OPTION' });
  expect(() => new MemoryStore({ maxBytes: -1 })).toThrow(refused);
  expect(() => new MemoryStore({ maxSize: 1 } as never)).toThrow(refused);
  expect(() => new MemoryStore('a' as never)).toThrow(refused);
});
