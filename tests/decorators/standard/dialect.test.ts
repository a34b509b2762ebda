import { expect, test } from '@jest/globals';

test('this folder compiles the standard dialect', () => {
  const seen: unknown[] = [];
  function record(method: (x: number) => number, context: ClassMethodDecoratorContext): void {
    seen.push(typeof method, context.kind, context.name, context.static);
  }
  class Subject {
    @record
    static double(x: number): number {
      return 2 * x;
    }
  }
  expect(Subject.double(2)).toBe(4);
  expect(seen).toEqual(['function', 'method', 'double', true]);
});
