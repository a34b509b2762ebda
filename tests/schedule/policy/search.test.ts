import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthFirstOrder } from '../../../src/schedule/policy/depth-first.js';
import { Justification } from '../../../src/schedule/policy/justification.js';
import { ListSchedule, listProblem } from '../../../src/schedule/policy/list-schedule.js';
import { longestPathOrder, remainingPath } from '../../../src/schedule/policy/longest-path.js';
import { lowerPeak } from '../../../src/schedule/policy/peak-descent.js';
import { seededRandom } from '../../../src/schedule/policy/random.js';
import { shortestOrder } from '../../../src/schedule/policy/shortest.js';
import { link } from '../../../src/schedule/task-graph.js';
import { Trial } from '../../../src/schedule/policy/trial.js';
import { isExecutable, peakInOrder, positions, randomGraph, rankedGraph, taskGraph } from './graphs.js';

const workers = fc.integer({ min: 1, max: 4 });

describe('Justification', () => {
  it('lists every task once', () => {
    fc.assert(
      fc.property(rankedGraph(), workers, ({ graph, rank }, count) => {
        const linked = link(graph);
        const schedule = new ListSchedule(listProblem(linked, count));
        schedule.run(rank);
        const list = new Justification(linked, count).improve(schedule.events);
        expect(new Set(list).size).toBe(graph.count);
      }),
    );
  });

  it('starts early what a poor list left to the end', () => {
    // The long task 0 comes last in the list; backwards it ends last and so starts first.
    const graph = link(taskGraph([{ cost: 4 }, { cost: 2 }, { cost: 2 }]));
    const schedule = new ListSchedule(listProblem(graph, 2));
    expect(schedule.run(Int32Array.of(1, 2, 0))).toBe(6);
    expect(schedule.run(new Justification(graph, 2).improve(schedule.events))).toBe(4);
  });
});

describe('shortestOrder', () => {
  const options = { effort: 1e5, restarts: 20 };

  it('is never longer than longest path first, and comes out the same by list scheduling', () => {
    fc.assert(
      fc.property(randomGraph(), workers, (graph, count) => {
        const linked = link(graph);
        const short = shortestOrder(linked, {
          ...options,
          schedule: new ListSchedule(listProblem(linked, count)),
          random: seededRandom(1),
        });
        const schedule = new ListSchedule(listProblem(linked, count));
        const longestPath = schedule.run(longestPathOrder(remainingPath(linked, linked.cost), depthFirstOrder(graph)));
        expect(short.makespan).toBeLessThanOrEqual(longestPath);
        expect(schedule.run(short.order)).toBe(short.makespan);
        expect(isExecutable(graph, positions(short.order))).toBe(true);
      }),
    );
  });

  it('finds what longest path first misses', () => {
    // Longest path first starts both threes at once and ends at 7; one after the other they leave room for the twos: 6.
    const graph = link(taskGraph([3, 3, 2, 2, 2].map((cost) => ({ cost }))));
    const first = shortestOrder(graph, {
      schedule: new ListSchedule(listProblem(graph, 2)),
      effort: 0,
      restarts: 0,
      random: seededRandom(1),
    });
    expect(first.makespan).toBe(7);
    expect(
      shortestOrder(graph, { ...options, schedule: new ListSchedule(listProblem(graph, 2)), random: seededRandom(1) })
        .makespan,
    ).toBe(6);
  });

  it('makes one schedule however little effort it may use, and stops when that is all used', () => {
    const graph = link(taskGraph([3, 3, 2, 2, 2].map((cost) => ({ cost }))));
    expect(
      shortestOrder(graph, {
        schedule: new ListSchedule(listProblem(graph, 2)),
        effort: 0,
        restarts: 9,
        random: seededRandom(1),
      }).effort,
    ).toBe(5);
    expect(
      shortestOrder(graph, {
        schedule: new ListSchedule(listProblem(graph, 4)),
        effort: 60,
        restarts: 99,
        random: seededRandom(1),
      }).effort,
    ).toBeLessThanOrEqual(60);
  });
});

describe('lowerPeak', () => {
  const options = { lowest: 0, tries: 50 };

  it('never raises the peak nor passes the longest makespan', () => {
    fc.assert(
      fc.property(randomGraph(), workers, (graph, count) => {
        const linked = link(graph);
        const trial = new Trial(linked, {
          effort: Infinity,
          ...(count > 1 ? { schedule: new ListSchedule(listProblem(linked, count)) } : {}),
        });
        const order = depthFirstOrder(graph);
        trial.run(order);
        const { peakBytes, makespan } = trial;
        const lower = lowerPeak(trial, { ...options, order, longest: makespan, random: seededRandom(1) });
        expect(isExecutable(graph, positions(lower))).toBe(true);
        trial.run(lower);
        expect(trial.peakBytes).toBeLessThanOrEqual(peakBytes);
        expect(trial.makespan).toBeLessThanOrEqual(makespan);
        if (count === 1) expect(trial.peakBytes).toBe(peakInOrder(graph, positions(lower)));
      }),
    );
  });

  it('moves a task that only holds memory behind the peak', () => {
    // 0 waits for 3 while 1 and 2 make the peak.
    const graph = taskGraph([{ bytes: 5 }, { bytes: 9 }, { bytes: 1, needs: [1] }, { needs: [0, 2] }]);
    const trial = new Trial(link(graph), { effort: Infinity });
    const lower = lowerPeak(trial, {
      ...options,
      order: Int32Array.of(0, 1, 2, 3),
      longest: Infinity,
      random: seededRandom(1),
    });
    expect(peakInOrder(graph, positions(lower))).toBe(10);
  });

  it('stops when the effort is used up', () => {
    const trial = new Trial(
      link(taskGraph([{ bytes: 5 }, { bytes: 9 }, { bytes: 1, needs: [1] }, { needs: [0, 2] }])),
      { effort: 7 },
    );
    const order = Int32Array.of(0, 1, 2, 3);
    expect([...lowerPeak(trial, { ...options, order, longest: Infinity, random: seededRandom(1) })]).toEqual([
      ...order,
    ]);
  });
});
