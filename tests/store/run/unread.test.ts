import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { node, resolve } from '../../../src/index.js';
import { DiskStore } from '../../../src/store/index.js';
import { inFolder } from './folder.js';

let warned: jest.SpiedFunction<typeof process.emitWarning>;
beforeEach(() => {
  warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  warned.mockRestore();
});

let runs = 0;
const wave = node(
  (height: number) => {
    runs += 1;
    return new Float64Array(10_000).fill(height);
  },
  { name: 'wave', persist: 'disk' },
);
const waves = (count: number): ReturnType<typeof wave>[] => Array.from({ length: count }, (_, height) => wave(height));

function damageFiles(path: string): void {
  const values = join(path, 'values');
  for (const name of readdirSync(values, { recursive: true, encoding: 'utf8' }))
    if (name.includes('/')) truncateSync(join(values, name), 100);
}

const nextTurn = (): Promise<void> => new Promise((done) => setImmediate(done));

test('each damaged result is told of, each time, and is computed anew and put', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    await wave(0).resolve({ store });
    for (let round = 1; round <= 2; round += 1) {
      damageFiles(path);
      runs = 0;
      await wave(0).resolve({ store });
      expect(runs).toBe(1);
      await nextTurn();
      expect(warned).toHaveBeenCalledTimes(round);
      expect(warned).toHaveBeenLastCalledWith(
        expect.stringMatching(
          /^A stored result of wave could not be read and is computed anew: DAG_STORE_CORRUPT: What is stored under "\w+" is damaged: a file of it is not as it was written\. It is taken out of the store; compute it again\.$/,
        ),
        { type: 'DagWarning', code: 'DAG_STORE_CORRUPT' },
      );
      await wave(0).resolve({ store });
      expect(runs).toBe(1); // what was computed is there
    }
  });
});

test('of many that are found at once, their number is told', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    await resolve(waves(20), { store });
    damageFiles(path);
    await resolve(waves(20), { store });
    await nextTurn();
    const texts = warned.mock.calls.map(([text]) => String(text));
    const told = texts.map((text) => Number(/^(\d+) stored results \(of wave\)/.exec(text)?.[1] ?? 1));
    expect(told.reduce((sum, count) => sum + count)).toBe(20);
    for (const text of texts) expect(text).toContain('computed anew');
  });
});

test('resolveSync() tells of them, too', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    await resolve(waves(3), { store });
    damageFiles(path);
    for (const call of waves(3)) expect(call.resolveSync({ store })).toHaveLength(10_000);
    await nextTurn();
    expect(warned).toHaveBeenCalledTimes(3); // one for each run
  });
});
