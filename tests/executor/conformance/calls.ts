import { describe, expect, it } from '@jest/globals';
import { currentCall, Graph, resolve } from 'lazydag';
import type { Conforming } from '../conformance.js';
import { EventLog } from '../event-log.js';
import {
  add,
  container,
  countdown,
  described,
  failsToLog,
  fibonacci,
  fill,
  half,
  logs,
  memoized,
  named,
  nested,
  other,
  resolves,
  same,
  sameLater,
  self,
  selfLater,
  split,
  total,
  fold,
} from '../pool/nodes/basic.js';
import { keepsToItself, resolved, resolvedParts, resolvedWhole } from '../pool/nodes/expanding.js';

export function describeCalls({ on }: Conforming): void {
  describe('calls', () => {
    it('finds Futures in arguments at any depth', async () => {
      const deep = same({ list: [add(1, 2)], map: new Map([['k', new Set([add(3, 4)])]]) });
      expect(await described(deep).resolve(on())).toBe('{list: [3], map: Map<[k, Set<7>]>}');
    });

    it('gives several outputs, each on its own', async () => {
      const [less, more] = split(add(4, 1));
      expect(await resolve([less, total(more)], on())).toEqual([4, 6]);
      const { less: low, more: high } = named(5);
      expect(await resolve({ low, high }, on())).toEqual({ low: 4, high: 6 });
      expect(await add(named(7).less, named(7).more).resolve(on())).toBe(14);
    });

    it('runs calls that bodies make, and calls in their bodies', async () => {
      expect(await fibonacci(12).resolve(on())).toBe(144);
      expect(await countdown(300).resolve(on())).toBe('lift off');
    });

    it('takes the values of calls that stand in a returned container', async () => {
      expect(await described(container(5)).resolve(on())).toBe(
        '{one: 6, list: [6, 7], map: Map<[two, 12]>, set: Set<5>}',
      );
      const { list } = await container(5).resolve(on());
      expect(await resolve(list)).toEqual([6, 7]);
    });

    it('ends a call in that of another', async () => {
      expect(await other(1).resolve(on())).toBe(5);
    });

    it('lets a body return its input, a view of it, or a call that takes it', async () => {
      const input = fill(6, 2);
      const [whole, part] = (await resolve([same(input), half(input)], on())) as [Float64Array, Float64Array];
      expect([whole.length, part.length, part[0]]).toEqual([6, 3, 2]);
      expect(await nested(fill(6, 2)).resolve(on())).toBe(6);
      expect(await nested(Float64Array.of(1, 2, 3, 4)).resolve(on())).toBe(3);
    });

    it('shares a call that several need', async () => {
      const log = new EventLog();
      const shared = add(1, 2);
      const sums = [add(shared, 1), add(shared, 2), sameLater(shared)];
      expect(await resolve(sums, on({ onEvent: log.listen }))).toEqual([4, 5, 3]);
      expect(log.lines('started').filter((line) => line === 'started add')).toHaveLength(3);
    });

    it('makes one Future of calls that are alike, in a Graph', async () => {
      const graph = new Graph();
      const calls = graph.run(() => [memoized(3), memoized(3), memoized(add(1, 2))]);
      expect(calls[0]).toBe(calls[1]);
      expect(await graph.resolve(calls, on())).toEqual(['3', '3', '3']);
    });

    it('runs calls that are made for their effect, and fails with them', async () => {
      const log = new EventLog();
      expect(await logs(3).resolve(on({ onEvent: log.listen }))).toBe(3);
      expect(log.lines('finished').filter((line) => line === 'finished log')).toHaveLength(2);
      await expect(failsToLog(1).resolve(on())).rejects.toMatchObject({
        node: 'badLog',
        path: ['failsToLog', 'badLog'],
      });
    });

    it('shows bodies their call', async () => {
      expect(await self().resolve(on())).toEqual({ name: 'self', attempt: 1, aborted: false });
      expect(await selfLater().resolve(on())).toEqual({ name: 'selfLater', attempt: 1, aborted: false });
      expect(currentCall()).toBeUndefined();
    });

    it('resolves calls in bodies', async () => {
      expect(await resolves(1).resolve(on())).toEqual([2, 3]);
      expect(await Promise.all([1, 2, 3].map((x) => resolves(x).resolve(on())))).toEqual([
        [2, 3],
        [3, 4],
        [4, 5],
      ]);
    });

    it('takes calls that bodies resolved, and their parts, wherever bodies put them', async () => {
      expect(await resolved(1).resolve(on())).toEqual({ sum: 2, next: 3, memory: 100 });
      expect((await resolve(resolvedWhole(2), on())).length).toBe(100);
      expect(await resolvedParts(5).resolve(on())).toEqual({ less: 4, sum: 10, first: 5 });
      expect(await keepsToItself(1).resolve(on())).toBe(2);
    });

    it('follows the placement of a node, and of one of its calls', async () => {
      const inline = add.with({ executor: 'inline' });
      const pooled = add.with({ executor: 'pool' });
      const workers = new Map<string, number>();
      const futures = { here: inline(1, 2), there: pooled(3, 4) };
      const got = await resolve(
        futures,
        on({
          onEvent: (event) => {
            if (event.type !== 'finished') return;
            workers.set(event.future === futures.here ? 'here' : 'there', event.worker);
          },
        }),
      );
      expect(got).toEqual({ here: 3, there: 7 });
      expect(workers.get('here')).toBe(0);
      const { executor } = on();
      expect((workers.get('there') ?? 0) > 0).toBe(executor !== undefined);
    });

    it('runs a long chain, a wide fan and a mix of asynchronous and plain bodies', async () => {
      let chain = add(0, 0);
      for (let step = 0; step < 2000; step += 1) chain = add(chain, 1);
      expect(await chain.resolve(on())).toBe(2000);
      const fan = Array.from({ length: 2000 }, (_, index) => (index % 50 === 0 ? sameLater(index) : add(index, 0)));
      expect(await fold(add.with({ executor: 'inline' }), fan as never).resolve(on())).toBe(1_999_000);
    });
  });
}
