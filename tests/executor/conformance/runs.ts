import { describe, expect, it } from '@jest/globals';
import { asCompleted, resolve, type RunEvent } from 'lazydag';
import type { Conforming } from '../conformance.js';
import { EventLog } from '../event-log.js';
import { add, container, fill, hashed, same, sameLater, span, spanLater, total } from '../pool/nodes/basic.js';

/** The most spans that hold one moment. */
function mostAtOnce(spans: readonly (readonly number[])[]): number {
  return Math.max(...spans.map(([from = 0]) => spans.filter(([a = 0, b = 0]) => a <= from && from < b).length));
}

/** The types of events of each call, in order. */
function byCall(events: readonly RunEvent[]): string[][] {
  const calls = new Map<unknown, string[]>();
  for (const event of events) {
    if (!('future' in event)) continue;
    const types = calls.get(event.future) ?? [];
    types.push(event.type);
    calls.set(event.future, types);
  }
  return [...calls.values()];
}

export function describeRuns({ on, forced, threaded }: Conforming): void {
  describe('runs', () => {
    it('holds to `concurrency` of nodes and of runs', async () => {
      const single = span.with({ concurrency: 1 });
      const spans = await resolve(
        [1, 2, 3, 4].map((x) => single(x)),
        on(),
      );
      expect(mostAtOnce(spans)).toBe(1);
      const later = await resolve(
        [1, 2, 3, 4, 5].map((x) => spanLater(x)),
        on({ concurrency: 2 }),
      );
      expect(mostAtOnce(later)).toBeLessThanOrEqual(2);
    });

    it('runs asynchronous bodies beside each other, and beside plain ones', async () => {
      const gate = 12;
      const spans = await resolve(
        Array.from({ length: gate }, () => spanLater(30)),
        on(),
      );
      expect(mostAtOnce(spans)).toBeGreaterThan(gate / 2);
      const mixed = await resolve([spanLater(5), span(2), spanLater(5), hashed('a', 500)], on());
      expect(mixed).toHaveLength(4);
    });

    it('yields values as they are there', async () => {
      const calls = [sameLater(add(1, 2)), add(3, 4), same('x')];
      const got = new Map<number, unknown>();
      for await (const [index, value] of asCompleted(calls, on())) got.set(index, value);
      expect(got).toEqual(
        new Map<number, unknown>([
          [0, 3],
          [1, 7],
          [2, 'x'],
        ]),
      );
    });

    it('lets runs overlap that share calls', async () => {
      const shared = hashed('shared', 300);
      const log = new EventLog();
      const runs = [
        same(shared).resolve(on({ onEvent: log.listen })),
        add(1, 2).resolve(on()),
        resolve([shared, same(shared)], on()),
        total(fill(100, 1)).resolve(on()),
      ];
      const [one, three, both, sum] = await Promise.all(runs);
      expect(both).toEqual([one, one]);
      expect([three, sum]).toEqual([3, 100]);
      expect(log.lines('started').filter((line) => line === 'started hashed').length).toBeLessThanOrEqual(1);
    });

    it('tells what happens, in the same order for every call', async () => {
      const log = new EventLog();
      const call = same(container(1));
      await call.resolve(on({ onEvent: log.listen }));
      expect(log.lines()[0]).toBe('run-started');
      expect(log.lines().at(-1)).toBe('run-finished');
      for (const types of byCall(log.events)) {
        const told = types.filter((type) => ['activated', 'started', 'finished'].includes(type));
        expect(told).toEqual(['activated', 'started', 'finished']);
      }
      expect(log.lines('expanded')).toEqual(['expanded container']);
    });

    it('tells which worker ran a call, how long it took, and how many bytes went and came', async () => {
      const log = new EventLog();
      const literal = new Float64Array(1000).fill(1);
      await total(literal, fill(500, 1).persist()).resolve(on({ onEvent: log.listen }));
      const finished = log.events.flatMap((event) => (event.type === 'finished' ? [event] : []));
      const [made, summed] = ['fill', 'total'].map((name) => finished.find((event) => event.name === name));
      expect(made).toMatchObject({ bytes: 4000, bytesIn: 0, bytesOut: forced ? 4000 : expect.any(Number) });
      expect(summed).toMatchObject({ bytes: 0, bytesIn: forced ? 12_000 : expect.any(Number), bytesOut: 0 });
      for (const event of finished) {
        if (forced) expect(event.worker).toBeGreaterThan(0);
        if (!threaded) expect(event).toMatchObject({ worker: 0, queued: 0 });
        expect(event.duration).toBeGreaterThanOrEqual(0);
        expect(event.queued).toBeGreaterThanOrEqual(0);
      }
    });

    it('begins again after each run, at once and many times', async () => {
      for (let round = 0; round < 100; round += 1) expect(await add(round, 1).resolve(on())).toBe(round + 1);
    });
  });
}
