import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { pipeline } from '../../../src/stream/index.js';
import { within } from '../../support/waiting.js';
import { batches, keeping, many } from './flows.js';
import { evaluated, randomSteps, tracedSteps } from './random-pipeline.js';
import { collect } from './streams.js';

const numbers = fc.array(fc.nat({ max: 1000 }), { maxLength: 12 });

test('random pipelines give what direct evaluation gives, in order', async () => {
  await fc.assert(
    fc.asyncProperty(randomSteps, numbers, fc.integer({ min: 1, max: 20 }), async (steps, items, inFlight) => {
      const traced = pipeline((x: Future<number>) => tracedSteps(steps, x), { inFlight });
      expect(await within(3000, collect(traced.run(items)))).toEqual(evaluated(steps, items));
    }),
    { numRuns: 60 },
  );
});

test('without order every result comes once', async () => {
  await fc.assert(
    fc.asyncProperty(randomSteps, numbers, async (steps, items) => {
      const traced = pipeline((x: Future<number>) => tracedSteps(steps, x), { ordered: false });
      const texts = (results: number[][]): string[] => results.map((result) => result.join(' ')).sort();
      const results = await within(3000, collect(traced.run(items)));
      expect(texts(results)).toEqual(texts(evaluated(steps, items)));
    }),
    { numRuns: 20 },
  );
});

test('calls of random pipelines give what direct evaluation gives', async () => {
  await fc.assert(
    fc.asyncProperty(randomSteps, numbers, async (steps, items) => {
      await using run = pipeline((x: Future<number>) => tracedSteps(steps, x)).run();
      const results = await within(3000, Promise.all(items.map((item) => run.call(item))));
      expect(results).toEqual(evaluated(steps, items));
    }),
    { numRuns: 20 },
  );
});

test('random chains of flows and async steps give what arrays give', async () => {
  const later = node(
    async (x: number) => {
      await new Promise((resume) => (x % 3 === 0 ? setTimeout(resume, 1) : setImmediate(resume)));
      return x + 1;
    },
    { name: 'later', replicas: 3 },
  );
  const flow = fc.constantFrom('keep', 'many', 'batch', 'later');
  await fc.assert(
    fc.asyncProperty(
      fc.array(flow, { minLength: 1, maxLength: 4 }),
      numbers,
      fc.integer({ min: 1, max: 9 }),
      async (flows, items, inFlight) => {
        const total = node((list: readonly number[]) => list.reduce((a, b) => a + b, 0), { name: 'total' });
        let expected = items;
        const run = pipeline(
          (x: Future<number>) => {
            let at = x;
            for (const kind of flows) {
              if (kind === 'keep') at = keeping((y) => y % 3 !== 0)(at);
              else if (kind === 'many') at = many((y) => Array.from({ length: y % 3 }, (_, index) => y + index))(at);
              else if (kind === 'batch') at = total(batches(3)(at));
              else at = later(at);
            }
            return at;
          },
          { inFlight },
        ).run(items);
        for (const kind of flows) {
          if (kind === 'keep') expected = expected.filter((y) => y % 3 !== 0);
          else if (kind === 'many')
            expected = expected.flatMap((y) => Array.from({ length: y % 3 }, (_, index) => y + index));
          else if (kind === 'batch')
            expected = Array.from({ length: Math.ceil(expected.length / 3) }, (_, at) =>
              expected.slice(3 * at, 3 * at + 3).reduce((a, b) => a + b, 0),
            );
          else expected = expected.map((y) => y + 1);
        }
        expect(await within(3000, collect(run))).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  );
});
