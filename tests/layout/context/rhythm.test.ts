import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Rhythm } from '../../../src/layout/context/rhythm.js';

/** A rhythm that was needed at these times, in ms. */
function neededAt(...times: readonly number[]): Rhythm {
  const rhythm = new Rhythm();
  for (const time of times) rhythm.beat(time);
  return rhythm;
}

describe('Rhythm', () => {
  test('foresees nothing before it was needed three times', () => {
    expect(neededAt().pauseFrom(0)).toBe(Infinity);
    expect(neededAt(10).pauseFrom(10)).toBe(Infinity);
    expect(neededAt(10, 20).pauseFrom(20)).toBe(Infinity);
  });

  test('wakes a little before the next time of a steady pace', () => {
    const pause = neededAt(10, 20, 30).pauseFrom(31);
    expect(pause).toBeGreaterThan(8);
    expect(pause).toBeLessThan(9);
  });

  test('goes by the shorter of two pauses that differ a little', () => {
    expect(neededAt(10, 20.5, 30).pauseFrom(30)).toBeLessThan(9.5);
    expect(neededAt(10, 19.5, 30).pauseFrom(30)).toBeLessThan(9.5);
  });

  test('foresees nothing where pauses differ', () => {
    expect(neededAt(10, 20, 35).pauseFrom(35)).toBe(Infinity);
  });

  test('foresees nothing where values follow each other fast', () => {
    expect(neededAt(10, 11, 12).pauseFrom(12)).toBe(Infinity);
  });

  test('wakes once for each time: what comes late finds it resting', () => {
    const rhythm = neededAt(10, 20, 30);
    expect(rhythm.pauseFrom(30 + rhythm.pauseFrom(30))).toBe(Infinity);
    expect(rhythm.pauseFrom(45)).toBe(Infinity);
  });

  test('never asks to wake in the past, whatever the pace', () => {
    const times = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1e6, noNaN: true }), (given, now) => {
        expect(neededAt(...given.sort((one, other) => one - other)).pauseFrom(now)).toBeGreaterThan(0);
      }),
    );
  });
});
