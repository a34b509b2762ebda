import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Queue } from '../../../src/stream/run/queue.js';

describe('a queue', () => {
  test('gives entries in the order in which they came, whatever is done', () => {
    const steps = fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer() }, fc.constantFrom('shift', 'all', 'clear')), {
      maxLength: 500,
    });
    fc.assert(
      fc.property(steps, (done) => {
        const queue = new Queue<number>();
        let model: number[] = [];
        for (const step of done) {
          if (typeof step === 'number') {
            queue.push(step);
            model.push(step);
          } else if (step === 'shift') expect(queue.shift()).toBe(model.shift());
          else {
            if (step === 'all') expect(queue.takeAll()).toEqual(model);
            else queue.clear();
            model = [];
          }
          expect(queue.size).toBe(model.length);
        }
        expect([...queue]).toEqual(model);
      }),
    );
  });

  test('gives back the room of what was taken, and keeps the rest', () => {
    const queue = new Queue<number>();
    for (let entry = 0; entry < 1000; entry += 1) queue.push(entry);
    for (let entry = 0; entry < 700; entry += 1) expect(queue.shift()).toBe(entry);
    for (let entry = 1000; entry < 1300; entry += 1) queue.push(entry);
    expect([...queue]).toEqual(Array.from({ length: 600 }, (_, index) => 700 + index));
    expect(queue.takeAll()).toHaveLength(600);
    expect(queue.shift()).toBeUndefined();
  });
});
