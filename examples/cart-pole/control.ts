import { add, column, diagonal, discretise, multiply, regulate, solve, transpose, type Matrix } from './matrix.js';
import { upright, type Motion } from './physics.js';
import { DISTURBANCE, NOISE, radians, STEP, STRONGEST } from './settings.js';

const system = discretise(upright, STEP);

function columnOf({ x, v, theta, omega }: Motion): Matrix {
  return column([x, v, theta, omega]);
}

/** One step of disturbances, as a covariance: a bump acts like the force, a gust on the pole alone. */
function disturbances(): Matrix {
  const { influence: gust } = discretise({ transition: upright.transition, influence: column([0, 0, 0, 1]) }, STEP);
  const spread = (influence: Matrix, deviation: number): Matrix =>
    multiply(influence, diagonal([deviation ** 2]), transpose(influence));
  // The filter does not know from when on a force has acted: for it, this is one more bump.
  return add(spread(system.influence, 2 * DISTURBANCE.bump), spread(gust, DISTURBANCE.gust));
}

const Q = disturbances();
const R = diagonal([NOISE.x ** 2, NOISE.v ** 2, NOISE.theta ** 2, NOISE.omega ** 2]);
const ONE = diagonal([1, 1, 1, 1]);

/** A Kalman filter: what is most likely the motion, by all that was read up to now. */
export class KalmanFilter {
  #state: Matrix;
  #covariance: Matrix;

  /** Begins with what was read first. */
  constructor(reading: Motion) {
    this.#state = columnOf(reading);
    this.#covariance = R;
  }

  /** Goes on by one step, in which this force acts. */
  predict(force: number): void {
    const { transition, influence } = system;
    this.#state = add(multiply(transition, this.#state), influence, force);
    this.#covariance = add(multiply(transition, this.#covariance, transpose(transition)), Q);
  }

  /** Takes in what was read: the less certain the state was, the more of it. */
  correct(reading: Motion): void {
    const covariance = this.#covariance;
    // Both matrices are equal to their transposes, so that this is the gain's.
    const gain = transpose(solve(add(covariance, R), covariance));
    this.#state = add(this.#state, multiply(gain, add(columnOf(reading), this.#state, -1)));
    const rest = add(ONE, gain, -1);
    // In the form of Joseph, which stays a covariance whatever is rounded.
    this.#covariance = add(multiply(rest, covariance, transpose(rest)), multiply(gain, R, transpose(gain)));
  }

  get motion(): Motion {
    const [x = 0, v = 0, theta = 0, omega = 0] = this.#state.flat();
    return { x, v, theta, omega };
  }
}

/** Deviations that cost the same: 1 m, 1.4 m/s, 20°, 40°/s, 5 N. */
const costs = {
  state: diagonal([1, 1.4, radians(20), radians(40)].map((deviation) => deviation ** -2)),
  input: diagonal([5 ** -2]),
};

/** The gain of the linear-quadratic regulator. It takes some milliseconds to find. */
export function regulatorGain(): Matrix {
  return regulate(system, costs).gain;
}

/** The force that the regulator asks for, as far as the motor has it. */
export function forceFor(gain: Matrix, motion: Motion): number {
  const force = -(multiply(gain, columnOf(motion))[0]?.[0] ?? 0);
  return Math.max(-STRONGEST, Math.min(STRONGEST, force));
}
