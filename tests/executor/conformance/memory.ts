import { describe, expect, it } from '@jest/globals';
import { webcrypto } from 'node:crypto';
import { types } from 'node:util';
import { alloc, resolve } from 'lazydag';
import { blocks } from '../../../src/memory/blocks.js';
import type { Conforming } from '../conformance.js';
import { add, fill, fillPlain, half, recall, remember, same, scale, spoil, total } from '../pool/nodes/basic.js';

const LENGTH = 4096;

export function describeMemory({ on, threaded, forced }: Conforming): void {
  describe('memory', () => {
    it('gives results in shared memory, which is recycled after release()', async () => {
      const call = fill(LENGTH, 3);
      const before = blocks.stats.liveBlocks;
      const view = await call.resolve(on());
      expect(types.isSharedArrayBuffer(view.buffer)).toBe(true);
      expect([view.length, view[0], view[LENGTH - 1]]).toEqual([LENGTH, 3, 3]);
      expect(blocks.stats.liveBlocks).toBe(before + 1);
      call.release();
      expect(blocks.stats.liveBlocks).toBe(before);
    });

    it('gives ordinary memory with `copy: true`, as other APIs want it', async () => {
      for (const call of [fill(LENGTH, 1), fillPlain(LENGTH, 1), same(Float64Array.of(1, 2))]) {
        const view = (await call.resolve(on({ copy: true }))) as Float64Array<ArrayBuffer>;
        expect(types.isSharedArrayBuffer(view.buffer)).toBe(false);
        expect((await webcrypto.subtle.digest('SHA-256', view)).byteLength).toBe(32);
      }
    });

    it('recycles the memory of inner values', async () => {
      const before = blocks.stats.liveBlocks;
      let call = fill(LENGTH, 1);
      for (let step = 0; step < 20; step += 1) call = scale(call, 2);
      const sum = total(call);
      expect(await sum.resolve(on())).toBe(LENGTH * 2 ** 20);
      // Fewer, where what earlier tests have left was collected meanwhile.
      expect(blocks.stats.liveBlocks).toBeLessThanOrEqual(before);
      const { mappedBytes } = blocks.stats;
      let again = fill(LENGTH, 1);
      for (let step = 0; step < 20; step += 1) again = scale(again, 2);
      expect(await total(again).resolve(on())).toBe(LENGTH * 2 ** 20);
      expect(blocks.stats.mappedBytes).toBeLessThanOrEqual(mappedBytes + 4 * LENGTH * 8);
    });

    it('keeps memory as long as a view of it is a result', async () => {
      const input = fill(LENGTH, 4);
      const part = half(input);
      const view = await part.resolve(on());
      await total(fill(LENGTH, 9)).resolve(on());
      expect([view[0], view[LENGTH / 2 - 1]]).toEqual([4, 4]);
      part.release();
    });

    it('does not touch what the user holds', async () => {
      const mine = alloc(Float64Array, LENGTH).fill(6);
      const plain = new Float64Array(LENGTH).fill(7);
      expect(await resolve([total(mine), total(plain), total(mine, plain)], on())).toEqual([
        6 * LENGTH,
        7 * LENGTH,
        13 * LENGTH,
      ]);
      const got = (await same(plain).resolve(on())) as Float64Array;
      got[0] = 1;
      if (threaded && forced) expect(plain[0]).toBe(7);
      expect(mine[0]).toBe(6);
    });

    it('keeps what persists, and gives it back on release()', async () => {
      const before = blocks.stats.liveBlocks;
      const input = fill(LENGTH, 1).persist();
      expect(await total(input, scale(input, 2)).resolve(on())).toBe(3 * LENGTH);
      expect(input.state).toBe('done');
      expect(await total(input).resolve(on())).toBe(LENGTH);
      input.release();
      expect(blocks.stats.liveBlocks).toBe(before);
    });

    it('computes again what was released, and nothing else', async () => {
      const inner = add(1, 2);
      const outer = add(inner, 1);
      expect(await outer.resolve(on())).toBe(4);
      expect([inner.state, outer.state]).toEqual(['released', 'done']);
      outer.release();
      expect(await outer.resolve(on())).toBe(4);
    });

    it('stays below `maxBytes`, and lets one call run all the same', async () => {
      const sums = Array.from({ length: 12 }, (_, index) => total(fill(LENGTH, index)));
      expect(await resolve(sums, on({ maxBytes: LENGTH * 8 * 2 }))).toEqual(sums.map((_, index) => index * LENGTH));
      expect(await total(fill(LENGTH, 1)).resolve(on({ maxBytes: 1 }))).toBe(LENGTH);
    });

    it('finds bodies that write into inputs, with `debug: true`', async () => {
      for (const call of [spoil(fill(10, 1)), spoil(Float64Array.of(1, 2))]) {
        await expect(call.resolve(on({ debug: true }))).rejects.toMatchObject({
          code: 'DAG_INPUT_WRITTEN',
          node: 'spoil',
        });
        expect(typeof (await call.resolve(on()))).toBe('number');
      }
    });

    it('poisons what was released, with `debug: true`', async () => {
      const first = remember.with({ executor: 'inline' })(fill(LENGTH, 5));
      expect(
        await recall
          .with({ executor: 'inline' })(first)
          .resolve(on({ debug: true })),
      ).toEqual([Number.NaN, Number.NaN]);
    });
  });
}
