import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReadyHeap } from '../../src/schedule/ready-heap.js';

function drain(heap: ReadyHeap): number[] {
  const tasks = [];
  while (heap.size > 0) tasks.push(heap.pop());
  return tasks;
}

describe('ReadyHeap', () => {
  it('pops the task of lowest rank first', () => {
    const heap = new ReadyHeap(Int32Array.of(3, 0, 2, 1));
    for (const task of [0, 1, 2, 3]) heap.push(task);
    expect(heap.peek()).toBe(1);
    expect(drain(heap)).toEqual([1, 3, 2, 0]);
  });

  it('answers -1 when it is empty', () => {
    const heap = new ReadyHeap(Int32Array.of());
    expect(heap.peek()).toBe(-1);
    expect(heap.pop()).toBe(-1);
    expect(heap.size).toBe(0);
  });

  it('pops equal ranks, and tasks that the rank does not know, in the order of their numbers', () => {
    const heap = new ReadyHeap(Int32Array.of(1, 1, 0));
    for (const task of [7, 1, 5, 0, 2]) heap.push(task);
    expect(drain(heap)).toEqual([2, 0, 1, 5, 7]);
  });

  it('forgets its tasks when cleared', () => {
    const heap = new ReadyHeap(Int32Array.of(1, 0));
    heap.push(0);
    heap.clear();
    expect(heap.size).toBe(0);
    heap.push(1);
    expect(drain(heap)).toEqual([1]);
  });

  it('behaves like a sorted list under any mix of pushes, pops and new ranks', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ push: fc.nat(99) }) },
      { weight: 4, arbitrary: fc.constant('pop' as const) },
      { weight: 1, arbitrary: fc.record({ rerank: fc.array(fc.nat(9), { minLength: 50, maxLength: 100 }) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        let rank = new Int32Array(0);
        const heap = new ReadyHeap(rank, 1);
        let model: number[] = [];
        const key = (task: number): number => rank[task] ?? Infinity;
        const inOrder = (): number[] => [...model].sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
        for (const step of operations) {
          if (step === 'pop') {
            const [first = -1] = inOrder();
            expect(heap.peek()).toBe(first);
            expect(heap.pop()).toBe(first);
            model = model.filter((task) => task !== first);
          } else if ('rerank' in step) {
            rank = Int32Array.from(step.rerank);
            heap.rerank(rank);
          } else if (!model.includes(step.push)) {
            heap.push(step.push);
            model.push(step.push);
          }
          expect(heap.size).toBe(model.length);
        }
        const expected = inOrder();
        expect(drain(heap)).toEqual(expected);
      }),
    );
  });
});
