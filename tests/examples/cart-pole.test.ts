import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { forceFor, KalmanFilter, regulatorGain } from '../../examples/cart-pole/control.js';
import { add, column, diagonal, discretise, multiply, regulate, solve } from '../../examples/cart-pole/matrix.js';
import { advance, energy, upright, type Motion } from '../../examples/cart-pole/physics.js';
import { error, fallTime, missing, readLog, secondHalf, widest } from '../../examples/cart-pole/report.js';
import { degrees, DISTURBANCE, NOISE, PATIENCE, PUSHED, STEP } from '../../examples/cart-pole/settings.js';
import { normal, uniform } from '../../examples/support/random.js';
import { scratch } from '../support/paths.js';
import { printed } from './printed.js';

const nothing = { force: 0, bump: 0, gust: 0 };

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[], digits = 8) {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  actual.forEach((row, at) =>
    row.forEach((value, index) => expect(value).toBeCloseTo(expected[at]?.[index] ?? NaN, digits)),
  );
}

test('equations are solved, also those that need another order of rows', () => {
  const left = [
    [0, 2, 1],
    [1, 1, 0],
    [4, 0, 3],
  ];
  const solution = [
    [1, -2],
    [3, 0.5],
    [-1, 4],
  ];
  expectClose(solve(left, multiply(left, solution)), solution);
});

test('the Riccati equation of one dimension has the golden ratio for a solution', () => {
  const one = [[1]];
  const { cost, gain } = regulate({ transition: one, influence: one }, { state: one, input: one });
  expectClose(cost, [[(1 + Math.sqrt(5)) / 2]]);
  expectClose(gain, [[(Math.sqrt(5) - 1) / 2]]);
});

// From scipy.linalg.solve_discrete_are, and scipy.signal.cont2discrete for the cart.
test('the Riccati equations of a mass on a rail and of the cart have the solutions that scipy finds', () => {
  const system = discretise({ transition: [[0, 1], [0, 0]], influence: column([0, 1]) }, 0.1); // prettier-ignore
  expectClose(system.transition, [[1, 0.1], [0, 1]]); // prettier-ignore
  expectClose(system.influence, column([0.005, 0.1]));
  const { cost, gain } = regulate(system, { state: diagonal([1, 1]), input: diagonal([1]) });
  expectClose(cost, [[17.83493132, 10.0124922], [10.0124922, 17.85658646]], 7); // prettier-ignore
  expectClose(gain, [[0.91707456, 1.63559619]], 7);
  expectClose(regulatorGain(), [[-4.82874146, -8.34669652, -69.74380758, -21.97059105]], 6);
});

test('the world keeps its energy when nothing acts on it but friction, which takes some', () => {
  let motion = PUSHED;
  const before = energy(motion);
  for (let step = 0; step < 1000; step += 1) {
    const next = advance(motion, nothing, STEP);
    expect(energy(next)).toBeLessThanOrEqual(energy(motion) + 1e-9);
    // The work of friction is its force times speed.
    const work = -0.1 * ((motion.v + next.v) / 2) ** 2 * STEP;
    expect(energy(next) - energy(motion)).toBeCloseTo(work, 5);
    motion = next;
  }
  expect(energy(motion)).toBeLessThan(before);
});

test('near upright the world is as good as linear', () => {
  const { transition, influence } = discretise(upright, STEP);
  const motion = { x: 0.1, v: -0.2, theta: 0.001, omega: -0.002 };
  const { x, v, theta, omega } = advance(motion, { ...nothing, force: 0.01 }, STEP);
  const linear = add(multiply(transition, column([0.1, -0.2, 0.001, -0.002])), influence, 0.01);
  expectClose(column([x, v, theta, omega]), linear, 9);
});

/** Observer and controller at every step, and a force that is always `late` steps old. */
function balance(late: number) {
  const [gusts, noise] = [normal(uniform(3)), normal(uniform(4))];
  const gain = regulatorGain();
  const forces: number[] = [];
  const [truth, readings, estimates] = [
    new Map<number, Motion>(),
    new Map<number, Motion>(),
    new Map<number, Motion>(),
  ];
  let motion = PUSHED;
  let filter: KalmanFilter | undefined;
  for (let step = 0; step < 800; step += 1) {
    const reading = {
      x: motion.x + NOISE.x * noise(),
      v: motion.v + NOISE.v * noise(),
      theta: motion.theta + NOISE.theta * noise(),
      omega: motion.omega + NOISE.omega * noise(),
    };
    filter?.predict(forces.at(-1 - late) ?? 0);
    filter?.correct(reading);
    filter ??= new KalmanFilter(reading);
    truth.set(step, motion);
    readings.set(step, reading);
    estimates.set(step, filter.motion);
    forces.push(forceFor(gain, filter.motion));
    const [bump, gust] = [DISTURBANCE.bump * gusts(), DISTURBANCE.gust * gusts()];
    motion = advance(motion, { force: forces.at(-1 - late) ?? 0, bump, gust }, STEP);
  }
  return { truth, readings, estimates };
}

test('the pole falls when it is left alone, and stands when it is not, with a force as old as the world allows', () => {
  expect(fallTime()).toBeLessThan(1);
  for (const late of [0, PATIENCE]) {
    const { truth } = balance(late);
    expect(widest(truth)).toBeGreaterThan(degrees(PUSHED.theta));
    expect(widest(truth)).toBeLessThan(12);
    expect(widest(secondHalf(truth))).toBeLessThan(5);
  }
});

test('the filter knows the motion much better than the sensor does', () => {
  const { truth, readings, estimates } = balance(0);
  for (const of of ['x', 'v', 'theta', 'omega'] as const) {
    expect(error(readings, truth, of) / NOISE[of]).toBeCloseTo(1, 0);
    expect(error(estimates, truth, of)).toBeLessThan(error(readings, truth, of) / 2);
  }
});

test('on threads the pole stands, although the controller is slow, and the logger has every reading', async () => {
  const folder = join(scratch, 'cart-pole');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const text = await printed('cart-pole', { seconds: 1.5, folder });
  const [truth, readings, estimates] = ['truth', 'readings', 'estimates'].map((name) =>
    readLog(join(folder, `${name}.csv`)),
  );
  if (truth === undefined || readings === undefined || estimates === undefined)
    throw new Error('There are three logs.');

  const steps = Array.from({ length: truth.size }, (_, at) => at + 1);
  expect([...truth.keys()]).toEqual(steps);
  expect([...readings.keys()]).toEqual(steps);
  expect(missing(truth, estimates)).toBeGreaterThan(0);
  expect(text).toContain(`readings logged      ${String(steps.length)}, missing 0`);

  expect(widest(truth)).toBeLessThan(15);
  expect(error(estimates, truth, 'theta')).toBeLessThan(error(readings, truth, 'theta'));
});
