import { test } from '@jest/globals';
import fc from 'fast-check';
import { preempting } from './interleaving.js';
import { ChannelModel } from './model.js';

const policy = fc.constantFrom('latest' as const, 'queue' as const, 'leaky' as const);
const reader = fc.tuple(policy, fc.integer({ min: 1, max: 4 }));
const readers = fc.array(reader, { minLength: 1, maxLength: 4 });
/** What a step does, and to which reader. */
const step = fc.tuple(fc.integer({ min: 0, max: 19 }), fc.nat(3));
const steps = fc.array(step, { minLength: 10, maxLength: 150, size: 'max' });

function perform(model: ChannelModel, [what, index]: readonly [number, number]): void {
  if (what < 10) model.write();
  else if (what < 17) model.take(index);
  else if (what < 18) model.release(index);
  else if (what < 19) model.deliver(index);
  else model.cancel();
}

test('every policy keeps its promise whatever reader and writer do in which order', () => {
  fc.assert(
    fc.property(readers, steps, (edges, order) => {
      const model = new ChannelModel(edges, { large: order.length % 2 === 0 });
      for (const each of order) perform(model, each);
      model.finish();
    }),
    { numRuns: 500 },
  );
});

test('readers come and go while values are on their way', () => {
  fc.assert(
    fc.property(
      readers,
      fc.array(fc.tuple(step, fc.nat(20), reader), { minLength: 20, maxLength: 150, size: 'max' }),
      (edges, order) => {
        const model = new ChannelModel(edges, { large: order.length % 2 === 0 });
        for (const [each, change, [kind, capacity]] of order) {
          if (change === 0 && model.readers.length < 6) model.connect(kind, capacity);
          else if (change === 1) model.disconnect(each[1]);
          else perform(model, each);
        }
        model.finish();
      },
    ),
    { numRuns: 300 },
  );
});

test('no value is torn or lost when threads overtake each other between any two atomic operations', () => {
  fc.assert(
    fc.property(
      readers,
      steps,
      fc.infiniteStream(fc.nat(40)),
      fc.infiniteStream(step),
      (edges, order, gaps, intruders) => {
        const model = new ChannelModel(edges, { large: order.length % 2 === 0 });
        preempting(
          () => {
            const gap = gaps.next().value as number; // the stream never ends
            // Sometimes many steps of the others at once: the one that is overtaken stood still for long.
            const count = gap < 34 ? 0 : gap < 39 ? 1 : 12;
            for (let intruder = 0; intruder < count; intruder += 1)
              perform(model, intruders.next().value as [number, number]);
          },
          () => {
            for (const each of order) perform(model, each);
          },
        );
        model.finish();
      },
    ),
    { numRuns: 500 },
  );
});

test('numbers run over 32 bits without anybody noticing', () => {
  fc.assert(
    fc.property(readers, steps, fc.integer({ min: -60, max: 0 }), (edges, order, distance) => {
      for (const edge of [2 ** 31, 2 ** 32]) {
        const model = new ChannelModel(edges, { from: edge + distance });
        for (const each of order) perform(model, each);
      }
    }),
    { numRuns: 100 },
  );
});
