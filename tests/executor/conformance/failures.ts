import { describe, expect, it } from '@jest/globals';
import { types } from 'node:util';
import { NodeError, resolve } from 'lazydag';
import { until } from '../../support/waiting.js';
import type { Conforming } from '../conformance.js';
import { EventLog } from '../event-log.js';
import { add, same } from '../pool/nodes/basic.js';
import {
  badOutputs,
  fails,
  failsInside,
  failsLater,
  failsOddly,
  flaky,
  flakyLater,
  sleeps,
  throwsText,
  waits,
} from '../pool/nodes/failing.js';

export function describeFailures({ on }: Conforming): void {
  describe('failures', () => {
    it('fails with a NodeError whose cause is what was thrown, as it was thrown', async () => {
      const error: unknown = await add(fails(), 1)
        .resolve(on())
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(NodeError);
      expect(error).toMatchObject({ code: 'DAG_NODE_FAILED', node: 'fails', path: ['add', 'fails'] });
      const { cause } = error as NodeError;
      expect(types.isNativeError(cause)).toBe(true);
      expect(cause).toMatchObject({ name: 'RangeError', message: 'out of bounds', errno: -7, where: { row: 3 } });
      expect(cause).toMatchObject({ cause: { message: 'deeper' } });
      expect((cause as Error).stack).toMatch(/RangeError: out of bounds\n.*odd.*failing\.js/);
      expect([...(cause as { where: { columns: Float64Array } }).where.columns]).toEqual([1, 2]);
    });

    it('hands over what can travel of an error with functions in it', async () => {
      await expect(failsOddly().resolve(on())).rejects.toMatchObject({
        cause: { name: 'RangeError', message: 'no route', code: 'E_ROUTE' },
      });
    });

    it('takes anything that is thrown, also from asynchronous and inner bodies', async () => {
      await expect(throwsText().resolve(on())).rejects.toMatchObject({ node: 'throwsText', cause: 'just a text' });
      await expect(failsLater(1).resolve(on())).rejects.toMatchObject({ cause: { message: 'out of bounds, later' } });
      await expect(same(failsInside(1)).resolve(on())).rejects.toMatchObject({
        node: 'fails',
        path: ['same', 'failsInside', 'fails'],
      });
      await expect(resolve(badOutputs(), on())).rejects.toMatchObject({ code: 'DAG_OUTPUTS', node: 'badOutputs' });
    });

    it('finishes the other targets with `settle`', async () => {
      const bad = fails();
      const outcomes = await resolve([add(bad, 1), add(1, 1), failsLater(1), add(2, 2)], { ...on(), settle: true });
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
      expect(bad.state).toBe('failed');
    });

    it('tries again as often as `retries` allows', async () => {
      const log = new EventLog();
      expect(await flaky(1).resolve(on({ onEvent: log.listen }))).toEqual([1, 3]);
      expect(log.lines('retried')).toEqual(['retried flaky', 'retried flaky']);
      expect(await flakyLater(2).resolve(on())).toEqual([2, 3]);
      await expect(flaky.with({ retries: 1 })(1).resolve(on())).rejects.toMatchObject({
        cause: { message: 'attempt 2' },
      });
    });

    it('ends what takes longer than its `timeout`', async () => {
      await expect(waits.with({ timeout: 20 })(1).resolve(on())).rejects.toMatchObject({
        code: 'DAG_CALL_TIMEOUT',
        node: 'waits',
      });
      expect(await add.with({ timeout: 5000 })(1, 2).resolve(on())).toBe(3);
    });

    it('ends a run that takes longer than its `timeout`, and tells its bodies', async () => {
      const call = waits(1);
      await expect(call.resolve(on({ timeout: 30 }))).rejects.toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
      expect(call.state).toBe('idle');
    });

    it('aborts a run, and leaves its calls idle', async () => {
      const abort = new AbortController();
      const call = waits(1);
      const outer = same(call);
      const run = outer.resolve(on({ signal: abort.signal }));
      await until(() => call.state === 'running');
      abort.abort('enough');
      await expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED', cause: 'enough' });
      expect([call.state, outer.state]).toEqual(['idle', 'idle']);
      await expect(add(1, 2).resolve(on({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
        name: 'AbortError',
      });
    });

    it('aborts a shared call only when every run that wants it is', async () => {
      const abort = new AbortController();
      const call = sleeps(20);
      const first = call.resolve(on({ signal: abort.signal }));
      const second = same(call).resolve(on());
      await until(() => call.state === 'running');
      abort.abort();
      await expect(first).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      expect(await second).toBe('slept');
    });
  });
}
