import { runInThisContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parametersOf } from '../../../src/store/key/parameters.js';

/** The function of a source text, whatever its kind. */
function evaluated(source: string): CallableFunction {
  return runInThisContext(`(${source})`) as CallableFunction; // its text is one of a function
}

/** A method of an object, by the text of its definition. */
function method(source: string, name: string): CallableFunction | undefined {
  return (runInThisContext(`({ ${source} })`) as Record<string, CallableFunction>)[name];
}

/** Parameters in short: names, `...` before what takes the rest, `{…}` for properties, `?` for what has no name. */
function shown(fn: CallableFunction | undefined): string[] | undefined {
  return fn === undefined
    ? undefined
    : parametersOf(fn)?.map(({ name, properties, rest }) => {
        const text = name ?? (properties === undefined ? '?' : `{${properties.join()}}`);
        return rest ? `...${text}` : text;
      });
}

describe('the parameters of a function are read from its text', () => {
  test.each<[string, string[]]>([
    ['function () {}', []],
    ['function f(a, b) {}', ['a', 'b']],
    ['async function f(a) {}', ['a']],
    ['function* f(a) {}', ['a']],
    ['async function* /* (x) */ f /* y */ (a /* , z */, b) {}', ['a', 'b']],
    ['() => 1', []],
    ['a => a', ['a']],
    ['async a => a', ['a']],
    ['async => async', ['async']],
    ['(a, b) => a', ['a', 'b']],
    ['async (a, b) => a', ['a', 'b']],
    ['(a, b,) => a', ['a', 'b']],
    ['($, _a1, größe) => $', ['$', '_a1', 'größe']],
    ['(a = 1, b = (2, 3), c = [4, 5]) => a', ['a', 'b', 'c']],
    ['(a = ")", b = `,${`)${"}"}`},)`, c = /[/,)]/g) => a', ['a', 'b', 'c']],
    ['(a = 4 / 2, b = a / 2) => a', ['a', 'b']],
    ['(a = ({ x: (1) }), b = (x, y) => x) => a', ['a', 'b']],
    ['(a = function (x, y) { return x / y; }, b) => a', ['a', 'b']],
    ['(...rest) => rest', ['...rest']],
    ['(a, ...[b, c]) => a', ['a', '...?']],
    ['([a, b], c) => a', ['?', 'c']],
    ['({ a, b: renamed, c = 1, d: { deep } = {}, "odd key": e, 7: f, [`com${"puted"}`]: g, ...others }) => a', [
      '{a,b,c,d,odd key,7}',
    ]],
    ['({ a } = {}, { b } = { b: 1 }) => a', ['{a}', '{b}']],
    ['({}) => 1', ['{}']],
    ['function f(a\n// , x\n, b) {}', ['a', 'b']],
  ])('%s', (source, expected) => {
    expect(shown(evaluated(source))).toEqual(expected);
  }); // prettier-ignore

  test.each<[string, string, string[]]>([
    ['run(a, b) {}', 'run', ['a', 'b']],
    ['async run(a) {}', 'run', ['a']],
    ['*run(a) {}', 'run', ['a']],
    ['async *run(a) {}', 'run', ['a']],
    ['async(a) {}', 'async', ['a']],
    ['["r" + ("un")](a) {}', 'run', ['a']],
    ['"two words"(a) {}', 'two words', ['a']],
    ['get(a) {}', 'get', ['a']],
  ])('of a method: %s', (source, name, expected) => {
    expect(shown(method(source, name))).toEqual(expected);
  });

  test('of static and private methods of classes', () => {
    class Stats {
      static mean(values: number[], log: unknown): unknown {
        return [values, log];
      }
      static inner(): CallableFunction {
        return Stats.#hidden;
      }
      static #hidden(a: number): number {
        return a;
      }
    }
    expect(shown(Stats.mean)).toEqual(['values', 'log']);
    expect(shown(Stats.inner())).toEqual(['a']);
  });

  test('builtins and bound functions have no text', () => {
    expect(parametersOf(Math.max)).toBeUndefined();
    expect(parametersOf(shown.bind(undefined))).toBeUndefined();
  });

  test('whatever the defaults are, the names are found', () => {
    const values = [
      '1',
      '"a,b)"',
      '`x${[1, 2].map((v) => `${v})`)}`',
      '[1, (2)]',
      '({ a: 1, b: [2] })',
      '/[)/]+/.test(",")',
    ];
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,4}_$/u), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        names,
        fc.array(fc.option(fc.constantFrom(...values)), { minLength: 5, maxLength: 5 }),
        (list, defaults) => {
          const parameters = list.map((name, index) => {
            const value = defaults[index] ?? null;
            return value === null ? name : `${name} = ${value}`;
          });
          expect(shown(evaluated(`function (${parameters.join(', ')}) {}`))).toEqual(list);
        },
      ),
    );
  });
});
