import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import { acquire, relinquish } from '../../../src/store/disk/shared-environments.js';
import { encodeRecord, RecordView, sealRecord } from '../../../src/store/disk/record.js';
import { encodeValue } from '../../../src/store/value/encode.js';
import { folders } from '../folders.js';

const folder = folders();
const corrupt = expect.objectContaining({ code: 'DAG_STORE_CORRUPT' });

/** Numbers that look like chance and are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Cuts something off, or turns a bit round. */
function damage(bytes: Buffer, random: (below: number) => number): Buffer {
  if (random(4) === 0) return Buffer.from(bytes.subarray(0, random(bytes.length)));
  const copy = Buffer.from(bytes);
  const at = random(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
  return copy;
}

function filesOf(path: string): string[] {
  const values = join(path, 'values');
  return readdirSync(values, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/'))
    .map((name) => join(values, name));
}

describe('what is damaged', () => {
  test('no damaged record is taken for whole', () => {
    const random = chance(1);
    for (const value of [5, 'text', { a: [1, 2, { b: new Float32Array(7) }] }]) {
      const { body, wire } = encodeValue(value);
      const record = encodeRecord({ body, wire, bodyInFile: false, files: [], facts: { cost: 3, args: ['x'] } });
      sealRecord(record, 'key', 1234);
      expect(RecordView.check(Buffer.from(record), 'key')).toBeDefined();
      expect(RecordView.check(Buffer.from(record), 'another')).toBeUndefined();
      for (let run = 0; run < 400; run += 1) expect(RecordView.check(damage(record, random), 'key')).toBeUndefined();
    }
  });

  test('a damaged record is not found, is counted and dropped', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    const random = chance(2);
    const environment = await acquire(path, false);
    for (let run = 0; run < 30; run += 1) {
      await store.put('a', { run });
      environment.writer?.settle();
      const record = Buffer.from(environment.tables.entries.get('a') ?? []);
      await environment.writer?.change(0, () => void environment.tables.entries.put('a', damage(record, random)));
      expect(store.find('a')).toBeUndefined();
      expect((await store.stats()).corrupt).toBe(run + 1);
      await store.put('a', 1);
      expect(store.find('a')?.read()).toBe(1);
    }
    await relinquish(environment);
  });

  test.each([false, true])('a damaged file is never read as a value (compressed: %p)', async (compress) => {
    const path = folder();
    await using store = new DiskStore({ path, compress });
    const value = { samples: Float64Array.from({ length: 5000 }, (_, index) => index % 100) };
    const random = chance(3);
    await store.put('a', value);
    const [file = ''] = filesOf(path);
    const whole = readFileSync(file);
    let wrong = 0;
    for (let run = 0; run < (compress ? 100 : 400); run += 1) {
      // The record stays: what is dropped when it is read is what counts here.
      writeFileSync(file, damage(whole, random));
      const found = new DiskStore({ path, readOnly: true });
      const read = await found.get('a').then(
        (got) => isDeepStrictEqual(got, value),
        (thrown: unknown) => (thrown as { code?: string }).code === 'DAG_STORE_CORRUPT',
      );
      if (!read) wrong += 1;
      await found.close();
    }
    expect(wrong).toBe(0);
    await expect(store.get('a')).rejects.toThrow(corrupt);
    expect(store.has('a')).toBe(true);
    await expect((async () => (await store.delete('a'), store.has('a')))()).resolves.toBe(false);
  });

  test('an entry whose file is missing or cut short is dropped', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    for (const spoil of [(file: string) => rmSync(file), (file: string) => truncateSync(file, 100)]) {
      await store.put('a', new Uint8Array(100_000));
      for (const file of filesOf(path)) spoil(file);
      const before = (await store.stats()).corrupt;
      await expect(store.find('a')?.read()).rejects.toThrow(corrupt);
      expect((await store.stats()).corrupt).toBe(before + 1);
      await store.put('b', 1); // with the transaction in which it is taken out
      expect(store.has('a')).toBe(false);
    }
  });

  test('verify() finds and removes what is damaged, and files that belong to nothing', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    for (let index = 0; index < 4; index += 1) await store.put(`k${index}`, new Uint8Array(50_000).fill(index));
    const [first = '', second = ''] = filesOf(path);
    truncateSync(first, 10);
    const stray = join(path, 'values', second.split('/').at(-2) ?? '', '0'.repeat(30));
    writeFileSync(stray, 'x');
    writeFileSync(`${stray}.tmp`, 'x');
    const { entries, corrupt: damaged, strays } = await store.verify();
    expect(entries).toBe(4);
    expect(damaged).toHaveLength(1);
    expect(strays).toBe(2);
    expect(store.has(damaged[0] ?? '')).toBe(false);
    expect(filesOf(path)).toHaveLength(3);
    expect(await store.verify()).toEqual({ entries: 3, corrupt: [], strays: 0 });
  });
});
