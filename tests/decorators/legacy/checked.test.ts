import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { lazy, node, resolve } from '../../../src/index.js';

class Animal {}
class Dog extends Animal {}

class Checked {
  @node({ checked: true }) static scale(x: number, by: Float64Array): number {
    return x * by.length;
  }
  @node({ checked: true }) static name(text: string, flag: boolean, list: number[], fn: () => void): string {
    return `${text}${flag.toString()}${list.length.toString()}${typeof fn}`;
  }
  @node({ checked: true }) static pet(animal: Animal): Animal {
    return animal;
  }
  @node() static dog(): Dog {
    return new Dog();
  }
  @node() static text(): string {
    return 'text';
  }
  @node() static anything(): unknown {
    return 3;
  }
  @node({ checked: true }) big(value: bigint, when?: Date): bigint {
    return when === undefined ? value : -value;
  }
}

const { scale, name, pet, dog, text, anything } = lazy(Checked);
const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'DAG_CHECKED_TYPE', message: expect.stringMatching(message) as unknown });

describe('a checked method', () => {
  test('takes what it declares, and Futures of it', async () => {
    expect(await scale(2, new Float64Array(3)).resolve()).toBe(6);
    expect(await pet(dog()).resolve()).toBeInstanceOf(Dog);
    expect(await resolve(new Checked().big(3n))).toBe(3n);
    expect(await name('a', true, [1], () => undefined).resolve()).toBe('atrue1function');
    expect(anything()).toBeDefined();
    expect(() => scale(anything() as never, new Float64Array(1))).not.toThrow();
    expect(() => scale(null as never, undefined as never)).not.toThrow();
  });

  test.each<[() => unknown, RegExp]>([
    [() => scale('2' as never, new Float64Array(3)), /scale: parameter 0 expects Number, got string/],
    [() => scale(2, [1, 2, 3] as never), /scale: parameter 1 expects Float64Array, got Array/],
    [() => scale(text() as never, new Float64Array(3)), /expects Number, got a Future of String from text/],
    [() => pet(text()), /expects Animal, got a Future of String from text/],
    [() => pet(Object.create(null) as never), /expects Animal, got an object/],
    [() => name(1 as never, true, [], () => undefined), /parameter 0 expects String, got number/],
    [() => name('a', 1 as never, [], () => undefined), /parameter 1 expects Boolean, got number/],
    [() => name('a', true, {} as never, () => undefined), /parameter 2 expects Array, got Object/],
    [() => name('a', true, [], 3 as never), /parameter 3 expects Function, got number/],
    [() => new Checked().big(3 as never), /parameter 0 expects BigInt, got number/],
  ])('refuses another type when the call is made', (call, message) => {
    expect(call).toThrow(refused(message));
  });
});
