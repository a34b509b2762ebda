import { describe, expect, test } from '@jest/globals';
import { Capacity } from '../../../src/stream/run/capacity.js';
import { Line } from '../../../src/stream/run/line.js';
import { Stage } from '../../../src/stream/run/stage.js';
import type { Rate } from '../../../src/stream/plan/rates.js';
import type { Step } from '../../../src/stream/plan/plan.js';

describe('the capacity of a step', () => {
  test('is the time, for each that it could work on at once', () => {
    const capacity = new Capacity();
    capacity.begin(100);
    expect(capacity.at(110, 1)).toBe(10);
    expect(capacity.at(110, 3)).toBe(30);
  });

  test('keeps what it had before the width was changed', () => {
    const capacity = new Capacity();
    capacity.begin(0);
    capacity.pass(10, 1);
    capacity.pass(20, 4);
    expect(capacity.at(25, 2)).toBe(10 + 40 + 10);
  });

  test('does not grow before the run, nor behind its end', () => {
    const capacity = new Capacity();
    capacity.pass(50, 8);
    expect(capacity.at(60, 8)).toBe(0);
    capacity.begin(100);
    capacity.end(110, 2);
    capacity.pass(120, 2);
    expect(capacity.at(130, 8)).toBe(20);
  });
});

describe('how busy a stage was', () => {
  function stageWith(replicas: number): Stage {
    const rate = {} as Rate; // none of it is read here
    const step = { name: 'step', recipe: undefined } as Step; // nor anything else of it
    return new Stage(step, new Line(rate, rate), { kind: 'body', replicas });
  }

  /** Carries out one item that takes so many milliseconds. */
  function work(stage: Stage, milliseconds: number): void {
    stage.times.count += 1;
    stage.times.add(milliseconds);
  }

  test('counts the replicas that it had at each time', () => {
    const stage = stageWith(1);
    stage.begin(0);
    work(stage, 80);
    expect(stage.busyUntil(100)).toBeCloseTo(0.8);
    stage.rescale(4, 100);
    expect(stage.replicas).toBe(4);
    expect(stage.busyUntil(100)).toBeCloseTo(0.8);
    for (let replica = 0; replica < 4; replica += 1) work(stage, 80);
    expect(stage.busyUntil(200)).toBeCloseTo(0.8);
    stage.end(200);
    stage.rescale(1, 250);
    expect(stage.busyUntil(300)).toBeCloseTo(0.8);
  });

  test('is nothing before the run, and at most everything', () => {
    const stage = stageWith(2);
    stage.rescale(3, 10);
    expect(stage.busyUntil(20)).toBe(0);
    stage.begin(20);
    work(stage, 1000);
    expect(stage.busyUntil(30)).toBe(1);
  });

  test('counts a stage that takes any number of items as one', () => {
    const stage = stageWith(Infinity);
    stage.begin(0);
    work(stage, 5);
    expect(stage.busyUntil(10)).toBeCloseTo(0.5);
  });
});
