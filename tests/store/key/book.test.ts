import { expect, jest, test } from '@jest/globals';

let broken = true;
jest.unstable_mockModule('es-module-lexer', () => ({
  init: async () => {
    if (broken) throw new Error('no memory');
  },
  parse: () => [[], []],
}));
const { localKeyBook } = await import('../../../src/store/key/book.js');

test('the book of keys that could not be opened can be once nothing hinders it', async () => {
  await Promise.all(
    [localKeyBook.open(), localKeyBook.open()].map((opening) => expect(opening).rejects.toThrow('no memory')),
  );
  expect(localKeyBook.isOpen).toBe(false);
  broken = false;
  await Promise.all([localKeyBook.open(), localKeyBook.open()]);
  expect(localKeyBook.isOpen).toBe(true);
});
