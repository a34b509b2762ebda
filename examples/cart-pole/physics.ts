import type { LinearSystem } from './matrix.js';

/** Position of the cart (m, m/s) and angle of the pole from upright (rad, rad/s); the pole leans to the right when it is positive. */
export interface Motion {
  readonly x: number;
  readonly v: number;
  readonly theta: number;
  readonly omega: number;
}

/** What acts on the two during a step. */
export interface Actions {
  /** Force of the motor on the cart, in N. */
  readonly force: number;
  /** Whatever else pushes the cart, in N. */
  readonly bump: number;
  /** Whatever else turns the pole, in rad/s². */
  readonly gust: number;
}

const GRAVITY = 9.81;
/** In kg. */
const [CART, BOB] = [1, 0.3];
/** Length of the pole, in m; its mass is at its upper end. */
const LENGTH = 1;
/** Force that slows the cart, in N for each m/s. */
const FRICTION = 0.1;

/** How fast the motion changes: the equations of motion, which are not linear. */
function derivative({ v, theta, omega }: Motion, { force, bump, gust }: Actions): Motion {
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const along = force + bump - FRICTION * v + BOB * sin * (LENGTH * omega ** 2 - GRAVITY * cos);
  const acceleration = along / (CART + BOB * sin ** 2);
  return { x: v, v: acceleration, theta: omega, omega: (GRAVITY * sin - acceleration * cos) / LENGTH + gust };
}

function moved(motion: Motion, change: Motion, dt: number): Motion {
  return {
    x: motion.x + change.x * dt,
    v: motion.v + change.v * dt,
    theta: motion.theta + change.theta * dt,
    omega: motion.omega + change.omega * dt,
  };
}

/** The motion `dt` seconds later, by the method of Runge and Kutta. */
export function advance(motion: Motion, actions: Actions, dt: number): Motion {
  const first = derivative(motion, actions);
  const second = derivative(moved(motion, first, dt / 2), actions);
  const third = derivative(moved(motion, second, dt / 2), actions);
  const fourth = derivative(moved(motion, third, dt), actions);
  const mean = moved(moved(first, second, 2), moved(fourth, third, 2), 1);
  return moved(motion, mean, dt / 6);
}

/** Energy in J. */
export function energy({ v, theta, omega }: Motion): number {
  const across = v + LENGTH * omega * Math.cos(theta);
  const down = LENGTH * omega * Math.sin(theta);
  return (CART * v ** 2 + BOB * (across ** 2 + down ** 2)) / 2 + BOB * GRAVITY * LENGTH * Math.cos(theta);
}

/** The equations of motion near upright, where they are as good as linear; the input is the force. */
export const upright: LinearSystem = {
  transition: [
    [0, 1, 0, 0],
    [0, -FRICTION / CART, (-BOB * GRAVITY) / CART, 0],
    [0, 0, 0, 1],
    [0, FRICTION / CART / LENGTH, ((CART + BOB) * GRAVITY) / CART / LENGTH, 0],
  ],
  influence: [[0], [1 / CART], [0], [-1 / CART / LENGTH]],
};
