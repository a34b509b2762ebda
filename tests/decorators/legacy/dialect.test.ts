import 'reflect-metadata';
import { expect, test } from '@jest/globals';

test('this folder compiles the legacy dialect with emitted types', () => {
  const seen: unknown[] = [];
  function record(target: object, key: string, descriptor: PropertyDescriptor): void {
    seen.push(typeof target, key, typeof descriptor.value, Reflect.getMetadata('design:paramtypes', target, key));
  }
  class Subject {
    @record
    static scale(x: number, by: Float64Array): number {
      return x * by.length;
    }
  }
  expect(Subject.scale(2, new Float64Array(3))).toBe(6);
  expect(seen).toEqual(['function', 'scale', 'function', [Number, Float64Array]]);
});
