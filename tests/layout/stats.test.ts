import { expect, test } from '@jest/globals';
import { until } from '../support/waiting.js';
import { Counter, Keep, Made } from './parts.js';

test('the rates of a layout that has ended stay as they were', async () => {
  const kept: number[] = [];
  const running = await new Made((layout, here) => {
    layout.connect(layout.add(here, Counter, 5), layout.add(here, Keep, kept), { policy: 'queue' });
  }).start();
  await running.done;
  const before = running.stats();
  expect(before.edges[0]).toMatchObject({ values: 5 });
  const now = performance.now();
  await until(() => performance.now() > now + 2);
  expect(running.stats()).toEqual(before);
});
