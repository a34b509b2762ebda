import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Executor, type ResolveOptions } from 'lazydag';
import { blocks } from '../../src/memory/blocks.js';
import { resolver } from '../../src/resolve/resolve.js';
import { collectGarbage } from '../support/garbage.js';
import { describeCalls } from './conformance/calls.js';
import { describeDonating } from './conformance/donating.js';
import { describeFailures } from './conformance/failures.js';
import { describeMemory } from './conformance/memory.js';
import { describeMethods } from './conformance/methods.js';
import { describeRuns } from './conformance/runs.js';
import { describeValues } from './conformance/values.js';

/** What the parts of the suite run with. */
export interface Conforming {
  /** Whether every body runs on a thread of its own, as far as its node leaves that open. */
  readonly forced: boolean;
  /** Whether bodies may run on other threads. */
  readonly threaded: boolean;
  /** Options for a run on the executor, and others. */
  on(options?: ResolveOptions): ResolveOptions;
}

/** An executor that the suite closes when it is through; undefined is the calling thread. */
export type MakeExecutor = () => (Executor & { close(): Promise<void> }) | undefined;

/** What every executor must do, run against one. */
export function describeExecutor(name: string, make: MakeExecutor, { threaded = true, forced = false } = {}): void {
  describe(name, () => {
    let executor: ReturnType<MakeExecutor>;
    const before = blocks.stats.liveBlocks;

    beforeAll(() => {
      executor = make();
    });

    afterAll(async () => {
      await executor?.close();
    });

    const conforming: Conforming = {
      forced,
      threaded,
      on: (options = {}) => (executor === undefined ? options : { executor, ...options }),
    };
    describeValues(conforming);
    describeCalls(conforming);
    describeMethods(conforming);
    describeMemory(conforming);
    describeDonating(conforming);
    describeFailures(conforming);
    describeRuns(conforming);

    it('leaves no call active, and no block that nobody holds', async () => {
      expect(resolver.active).toBe(0);
      // What bodies took and did not return waits on their threads to be collected.
      await executor?.close();
      for (let round = 0; round < 50 && blocks.stats.liveBlocks > before; round += 1) await collectGarbage();
      expect(blocks.stats.liveBlocks).toBeLessThanOrEqual(before);
    });
  });
}
