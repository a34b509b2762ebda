import { describe, expect, it } from '@jest/globals';
import { PARALLEL } from '../../src/schedule/lanes.js';
import { Scheduler } from '../../src/schedule/scheduler.js';

/** A scheduler whose queues have a task each that may start, listed in the order of their numbers. */
function withQueues(count: number): Scheduler {
  const scheduler = new Scheduler(() => undefined);
  for (let index = 0; index < count; index += 1) scheduler.submitOne(scheduler.add(scheduler.openQueue(), PARALLEL));
  return scheduler;
}

function drain(scheduler: Scheduler): number[] {
  const queues = [];
  for (let queue = scheduler.nextQueue(); queue !== -1; queue = scheduler.nextQueue()) queues.push(queue);
  return queues;
}

describe('queues with something to start', () => {
  it('are given in the order in which they were listed, each once', () => {
    const scheduler = withQueues(3);
    scheduler.relist(0);
    expect(drain(scheduler)).toEqual([0, 1, 2]);
    expect(drain(scheduler)).toEqual([]);
  });

  it('come last when they are listed again', () => {
    const scheduler = withQueues(3);
    expect(scheduler.nextQueue()).toBe(0);
    scheduler.relist(0);
    expect(drain(scheduler)).toEqual([1, 2, 0]);
  });

  it('of runs inside others go first, and behind all when they had their share', () => {
    const scheduler = withQueues(2);
    for (const depth of [1, 2, 1]) scheduler.submitOne(scheduler.add(scheduler.openQueue(depth), PARALLEL));
    expect(scheduler.nextQueue()).toBe(3);
    scheduler.relistLast(3);
    expect(drain(scheduler)).toEqual([2, 4, 0, 1, 3]);
  });

  it('may be taken out of turn', () => {
    const scheduler = withQueues(3);
    expect(scheduler.takeQueue(1)).toBe(true);
    expect(scheduler.takeQueue(1)).toBe(false);
    scheduler.relist(1);
    scheduler.relist(1);
    expect(drain(scheduler)).toEqual([0, 2, 1]);
    expect(scheduler.takeQueue(1)).toBe(false);
  });

  it('are taken off the list only where they were listed last', () => {
    const scheduler = withQueues(3);
    scheduler.unlist(0);
    scheduler.unlist(2);
    expect(drain(scheduler)).toEqual([0, 1]);
    scheduler.unlist(1);
    scheduler.relist(2);
    expect(drain(scheduler)).toEqual([2]);
  });

  it('keep their order however many are listed while others are taken', () => {
    const scheduler = withQueues(5000);
    const given = [];
    for (let round = 0; round < 20_000; round += 1) {
      const queue = scheduler.nextQueue();
      given.push(queue);
      scheduler.relist(queue);
    }
    expect(given).toEqual(given.map((_, index) => index % 5000));
    expect(drain(scheduler)).toHaveLength(5000);
  });
});
