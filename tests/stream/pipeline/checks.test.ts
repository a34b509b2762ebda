import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import {
  compose,
  config,
  filter,
  flatMap,
  flow,
  keyBy,
  parameter,
  pipeline,
  source,
  stateful,
} from '../../../src/stream/index.js';
import { inertRun } from '../../../src/stream/run/inert-run.js';
import { Running } from '../../../src/stream/run/running.js';
import { collect, collectUntilError, rejected, thrown, withCode } from './streams.js';

const same = node((x: number) => x, { name: 'same' });
const add = node((a: number, b: number) => a + b, { name: 'add' });
const later = (x: unknown): Promise<unknown> =>
  new Promise((fulfil) => {
    setImmediate(fulfil, x);
  });

describe('promises of functions that are not async', () => {
  const odd = filter((x: number) => later(x % 2 === 1) as Promise<boolean>);

  test('are awaited by filter', async () => {
    expect(await collect(pipeline((x: Future<number>) => odd(x)).run([1, 2, 3]))).toEqual([1, 3]);
    expect(await odd.with({})(2)).toEqual([]);
  });

  test('are refused by compose, which could not wait for them', () => {
    thrown('DAG_OPTION', () => compose(odd, (x: number) => x)(1));
  });

  test('are refused as keys', async () => {
    const last = stateful({ init: () => ({}), step: (_, x: number) => x }, { name: 'last' });
    const keyed = keyBy((x: number) => later(x))(last());
    const { error } = await collectUntilError(pipeline((x: Future<number>) => keyed(x)).run([1]));
    withCode('DAG_OPTION', (error as Error).cause ?? error);
  });

  test('may be asynchronous generators for flatMap', async () => {
    async function* twice(x: number): AsyncGenerator<number> {
      yield x;
      yield await Promise.resolve(x);
    }
    const doubled = flatMap((x: number) => twice(x));
    expect(await collect(pipeline((x: Future<number>) => doubled(x)).run([1, 2]))).toEqual([1, 1, 2, 2]);
  });
});

describe('a pipeline is refused', () => {
  test('with neither inputs nor a source', () => {
    expect(thrown('DAG_PIPELINE', () => pipeline(() => same(3))).message).toContain('`inputs`');
    thrown('DAG_PIPELINE', () => pipeline((...xs: Future<number>[]) => same(xs[0] ?? 1)));
  });

  test('with two parameters, or two configs, of one name', () => {
    thrown('DAG_PARAMETER', () =>
      pipeline((x: Future<number>) => add(add(x, parameter('gain', 1)), parameter('gain', 2))),
    );
    thrown('DAG_PARAMETER', () => pipeline((x: Future<number>) => add(add(x, config('size', 1)), config('size', 2))));
    const gain = parameter('gain', 1);
    expect(() => pipeline((x: Future<number>) => add(add(x, gain), gain))).not.toThrow();
  });

  test('sources where it has no input', () => {
    const numbers = source(function* numbers() {
      yield 1;
    });
    const inner = pipeline(() => same(numbers()));
    thrown('DAG_SOURCE', () => inner.run([1, 2] as never));
  });
});

test('optional and rest inputs are counted by the option `inputs`', async () => {
  const one = pipeline((x: Future<number>, y?: Future<number>) => (y === undefined ? same(x) : add(x, y)), {
    inputs: 1,
  });
  expect(await collect(one.run([1, 2]))).toEqual([1, 2]);
  const two = pipeline((x: Future<number>, y?: Future<number>) => (y === undefined ? same(x) : add(x, y)));
  expect(
    await collect(
      two.run([
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toEqual([4, 6]);
  const rest = pipeline((...xs: Future<number>[]) => same(xs[0] ?? 1), { inputs: 1 });
  expect(await collect(rest.run([5]))).toEqual([5]);
});

test('a parameter is set by itself, too, if it belongs to the pipeline', async () => {
  const gain = parameter('gain', 1);
  const run = pipeline((x: Future<number>) => add(x, gain)).run();
  run.set(gain, 10);
  expect(await run.call(1)).toBe(11);
  // @ts-expect-error -- a value of another type
  run.set(gain, 'loud');
  const other = parameter('gain', 1);
  thrown('DAG_PARAMETER', () => run.set(other, 2));
  await run.close();
});

describe('a factory refuses', () => {
  const steps = { init: () => ({ n: 0 }), step: (state: { n: number }, x: number) => (state.n += x) };

  test('options that it does not know', () => {
    thrown('DAG_OPTION', () => stateful(steps, { replica: 2 } as never));
    thrown('DAG_OPTION', () => flow({ ...steps, step: () => [] }, { executer: 'pool' } as never));
    const sum = stateful(steps, { name: 'sum' })();
    thrown('DAG_OPTION', () => sum.with({ replica: 2 } as never));
    thrown('DAG_OPTION', () => sum.with({ replicas: 0 }));
  });

  test('a state that no step can change', () => {
    const zero = stateful({ init: () => 0, step: (state: number, x: number) => state + x }, { name: 'zero' });
    expect(thrown('DAG_OPTION', () => zero()).message).toContain('{ value: 0 }');
    for (const nothing of [null, undefined])
      expect(stateful({ init: () => nothing, step: (_, x: number) => x }, { name: 'none' })()(1)).toBe(1);
  });
});

test('a pipeline looks at a factory no more than the transform itself did', async () => {
  const log: string[] = [];
  const counted = stateful(
    {
      init: () => ({ made: log.push('init') }),
      step: (_, x: number) => x,
      close: () => log.push('close'),
    },
    { name: 'counted' },
  )();
  const keyed = keyBy((x: number) => x)(counted).with({ replicas: 2 });
  log.length = 0;
  const counting = pipeline((x: Future<number>) => counted(keyed(x)));
  expect(log).toEqual([]);
  const run = counting.run([1]);
  await run.close();
  expect(log.filter((line) => line === 'close')).toHaveLength(log.length / 2);
});

test('errors about sources name each of them, and say what to do about promises', async () => {
  const sum = pipeline((a: Future<number>, b: Future<number>) => add(a, b));
  const error = await rejected(
    'DAG_SOURCE',
    sum
      .run([[1, 2, 3], [1]])
      .close()
      .then(() => collect(sum.run([[1, 2], [1]]))),
  );
  expect(error.message).toMatch(/source 2 ended .* source 1 went on/);
  const one = pipeline((x: Future<number>) => same(x));
  expect(thrown('DAG_SOURCE', () => one.run(Promise.resolve([1]) as never)).message).toContain('Await it first.');
  const run = one.run();
  expect(thrown('DAG_PARAMETER', () => run.set('gain', 1)).message).toContain('It has none.');
  expect((await rejected('DAG_PIPELINE', (run as unknown as { call(): Promise<number> }).call())).message).toContain(
    'must be given 1 value,',
  );
  await run.close();
});

test('a run on a thread that imports a module has all members of others', () => {
  const members = Reflect.ownKeys(Running.prototype).filter((key) => key !== 'constructor');
  expect(new Set(Reflect.ownKeys(inertRun()))).toEqual(new Set(members));
  expect(inertRun().stats()).toMatchObject({ items: 0, steps: [] });
});
