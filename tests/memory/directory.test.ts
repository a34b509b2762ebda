import { describe, expect, it } from '@jest/globals';
import { BlockDirectory, CAPACITY } from '../../src/memory/directory.js';

/** The same directory as two threads see it. */
function twoThreads(): { one: BlockDirectory; two: BlockDirectory } {
  const memory = BlockDirectory.allocate();
  return { one: new BlockDirectory(memory, 1), two: new BlockDirectory(memory, 2) };
}

const nothing = { liveBlocks: 0, liveBytes: 0, freeBlocks: 0, freeBytes: 0 };
const all = (): boolean => true;
const none = (): boolean => false;

describe('BlockDirectory', () => {
  it('gives ids in order, taken for the thread that asks', () => {
    const { one, two } = twoThreads();
    expect([one.create(0), two.create(8), one.create(0)]).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((id) => two.ownerOf(id))).toEqual([1, 2, 1]);
    expect([0, 1, 2].map((id) => two.classOf(id))).toEqual([0, 8, 0]);
    expect(two.counts()).toEqual({ ...nothing, liveBlocks: 3, liveBytes: 2 * 4096 + 8192 });
    expect(two.mappedBytes).toBe(2 * 4096 + 8192);
  });

  it('lets one thread take what another released, and only one', () => {
    const { one, two } = twoThreads();
    const id = one.create(0);
    expect(two.tryTake(id, one.mappingOf(id))).toBe(false);
    expect(two.release(id)).toBe(false);
    expect(two.mayHaveFree(0)).toBe(false);
    expect(one.release(id)).toBe(true);
    expect(one.release(id)).toBe(false);
    expect(two.mayHaveFree(0)).toBe(true);
    expect(two.tryTake(id, two.mappingOf(id))).toBe(true);
    expect(one.tryTake(id, two.mappingOf(id))).toBe(false);
    expect(one.ownerOf(id)).toBe(2);
    expect(one.mayHaveFree(0)).toBe(false);
  });

  it('hands a block on in the same generation', () => {
    const { one, two } = twoThreads();
    const id = two.create(0);
    expect(one.transfer(id, 1, 2)).toBe(false);
    expect(one.transfer(id, 2, 1)).toBe(true);
    expect(one.isCurrent(id, one.mappingOf(id), 0)).toBe(true);
    expect(one.release(id)).toBe(true);
    expect(one.isCurrent(id, one.mappingOf(id), 0)).toBe(false);
    expect(one.transfer(id, 0, 1)).toBe(false);
    expect(one.transfer(id, 2, 1)).toBe(false);
  });

  it('refuses handles of memory that was given up', () => {
    const { one, two } = twoThreads();
    const id = one.create(0);
    const mapping = one.mappingOf(id);
    expect(two.retire(id, mapping)).toBe(false);
    one.release(id);
    expect(two.retire(id, mapping + 1)).toBe(false);
    expect(two.retire(id, mapping)).toBe(true);
    expect(one.isStale(id, mapping)).toBe(true);
    expect(one.tryTake(id, mapping)).toBe(false);
    expect(one.counts()).toEqual(nothing);
    expect(two.create(3)).toBe(id); // the thread that retired it uses it first
    two.release(id);
    expect(one.tryTake(id, mapping)).toBe(false);
    expect(one.isStale(id, mapping)).toBe(true);
    expect(one.tryTake(id, two.mappingOf(id))).toBe(true);
  });

  it('gives up free blocks until it is enough', () => {
    const { one } = twoThreads();
    const ids = [0, 8, 8, 16].map((sizeClass) => one.create(sizeClass));
    expect(one.mayHaveAnyFree()).toBe(false);
    for (const id of ids) one.release(id);
    expect(one.mayHaveAnyFree()).toBe(true);
    expect(one.retireFree(8192)).toEqual([0, 1]);
    expect(one.counts()).toEqual({ ...nothing, freeBlocks: 2, freeBytes: 8192 + 16384 });
    expect(one.mappedBytes).toBe(8192 + 16384);
    expect(one.retireFree()).toEqual([2, 3]);
    expect(one.mappedBytes).toBe(0);
  });

  it('has room again when ids were retired', () => {
    const { one, two } = twoThreads();
    for (let id = 0; id < CAPACITY; id += 1) if (one.create(0) !== id) throw new Error('not in order');
    expect(one.create(0)).toBe(-1);
    one.release(CAPACITY - 5);
    one.release(7);
    expect(one.retireFree()).toEqual([7, CAPACITY - 5]);
    expect([two.create(0), two.create(0)].sort((a, b) => a - b)).toEqual([7, CAPACITY - 5]);
    expect(two.create(0)).toBe(-1);
    expect(one.create(0)).toBe(-1);
  });

  it('keeps what a block is used for beside its class', () => {
    const { one, two } = twoThreads();
    const id = one.create(12);
    expect(two.isFloat(id)).toBe(false);
    one.setFloat(id, true);
    one.setFloat(id, true);
    expect([two.isFloat(id), two.classOf(id)]).toEqual([true, 12]);
    one.setFloat(id, false);
    expect([two.isFloat(id), two.classOf(id)]).toEqual([false, 12]);
  });

  it('counts generations round', () => {
    const { one } = twoThreads();
    const id = one.create(0);
    new Int32Array(one.memory)[272] = (((1 << 20) - 1) << 11) | 1; // the last one, taken by the first thread
    expect([one.generationOf(id), one.ownerOf(id)]).toEqual([(1 << 20) - 1, 1]);
    expect([one.release(id), one.tryTake(id, 1)]).toEqual([true, true]);
    expect([one.generationOf(id), one.ownerOf(id)]).toEqual([0, 1]);
  });

  it('tells whether nothing was taken or released since it was asked', () => {
    const { one, two } = twoThreads();
    expect(one.wasIdle()).toBe(true);
    const id = two.create(0);
    expect([one.wasIdle(), one.wasIdle()]).toEqual([false, true]);
    two.release(id);
    expect([one.wasIdle(), one.wasIdle()]).toEqual([false, true]);
    two.tryTake(id, 1);
    expect([one.wasIdle(), one.wasIdle()]).toEqual([false, true]);
  });
});

describe('after a thread died', () => {
  it('frees what it had where the memory is known, and gives up the rest', () => {
    const { one, two } = twoThreads();
    const [known, unknown] = [two.create(0), two.create(8)];
    const mine = one.create(0);
    expect(one.reclaim(2, (id) => id === known)).toEqual([unknown]);
    expect([known, unknown, mine].map((id) => one.ownerOf(id))).toEqual([0, 2046, 1]);
    expect(one.mayHaveFree(0)).toBe(true);
    expect(one.mappedBytes).toBe(2 * 4096);
  });

  it('gives up the free memory that nobody was told of', () => {
    const { one, two } = twoThreads();
    const [told, untold] = [two.create(0), two.create(0)];
    two.release(told);
    two.release(untold);
    const third = new BlockDirectory(one.memory, 3);
    const others = third.create(0);
    third.release(others);
    expect(one.reclaim(2, (id) => id === told)).toEqual([untold]);
    expect([told, untold, others].map((id) => one.ownerOf(id))).toEqual([0, 2046, 0]);
  });

  it('finds ids that it had asked for and not claimed', () => {
    const { one } = twoThreads();
    Atomics.add(new Int32Array(one.memory), 0, 1); // died before it claimed the id
    const next = one.create(0);
    expect(next).toBe(1);
    expect(one.counts()).toMatchObject({ liveBlocks: 1, freeBlocks: 0 });
    expect(one.retireFree()).toEqual([]);
    expect(one.reclaim(2, all)).toEqual([]);
    expect(one.reclaim(2, none)).toEqual([0]);
    expect(one.ownerOf(0)).toBe(2046);
  });

  it('puts the counts right', () => {
    const { one, two } = twoThreads();
    const ids = [0, 8, 8].map((sizeClass) => two.create(sizeClass));
    for (const id of ids) two.release(id);
    const header = new Int32Array(one.memory, 0, 272);
    const right = [...header];
    header.fill(5, 1, 3);
    header.fill(-3, 16);
    one.recount();
    expect([...header]).toEqual(right);
  });
});
