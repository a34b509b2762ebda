import type { Motion } from './physics.js';

/** Seconds from one state of the simulated world to the next, each of which the sensor reads. */
export const STEP = 0.005;

/** How the world begins: the pole has been pushed. */
export const PUSHED: Motion = { x: 0, v: 0, theta: radians(6), omega: radians(20) };

/** Standard deviations of what the sensor adds. */
export const NOISE: Motion = { x: 0.02, v: 0.1, theta: radians(1.5), omega: radians(6) };

/** Standard deviations of what pushes the cart and turns the pole, in N and rad/s², other in each step. */
export const DISTURBANCE = { bump: 2, gust: 1 };

/** The motor has no more than that, in N. */
export const STRONGEST = 25;

/**
 * The world stands still rather than go on by more steps than that with the force for an older state: a machine that has no
 * time for the controller is none of the pole's business.
 */
export const PATIENCE = 12;

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

export function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
