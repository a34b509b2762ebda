import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TaskHeap } from '../../src/schedule/task-heap.js';

function drain(heap: TaskHeap): number[] {
  const tasks = [];
  while (heap.size > 0) tasks.push(heap.pop());
  return tasks;
}

describe('TaskHeap', () => {
  it('pops the task of lowest key first', () => {
    const heap = new TaskHeap(1);
    [3, 0, 2, 1].forEach((key, task) => {
      heap.push(task, key);
    });
    expect(heap.peek()).toBe(1);
    expect(heap.peekKey()).toBe(0);
    expect(drain(heap)).toEqual([1, 3, 2, 0]);
  });

  it('answers -1 when it is empty, and Infinity for the key', () => {
    const heap = new TaskHeap();
    expect(heap.peek()).toBe(-1);
    expect(heap.peekKey()).toBe(Infinity);
    expect(heap.pop()).toBe(-1);
    expect(heap.size).toBe(0);
  });

  it('pops equal keys in the order of task numbers', () => {
    const heap = new TaskHeap();
    for (const task of [7, 1, 5, 0, 2]) heap.push(task, 1);
    expect(drain(heap)).toEqual([0, 1, 2, 5, 7]);
  });

  it('behaves like a sorted list under any mix of pushes and pops', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ push: fc.nat(99), key: fc.nat(9) }) },
      { weight: 4, arbitrary: fc.constant('pop' as const) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const keys = new Map<number, number>();
        const heap = new TaskHeap(1);
        let model: number[] = [];
        const key = (task: number): number => keys.get(task) ?? Infinity;
        const inOrder = (): number[] => [...model].sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
        for (const step of operations) {
          if (step === 'pop') {
            const [first = -1] = inOrder();
            expect(heap.peek()).toBe(first);
            expect(heap.pop()).toBe(first);
            model = model.filter((task) => task !== first);
          } else if (!model.includes(step.push)) {
            keys.set(step.push, step.key);
            heap.push(step.push, step.key);
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
