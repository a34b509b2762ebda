import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Collector, component, done, Emitter, Router, skip, struct, type StructView } from 'lazydag/layout';
import { normal, uniform } from '../support/random.js';
import { forceFor, KalmanFilter, regulatorGain } from './control.js';
import { advance, type Motion } from './physics.js';
import { DISTURBANCE, NOISE, PATIENCE, PUSHED, STEP } from './settings.js';

export const Tick = struct({ number: 'u32' });
/** A motion as it is, as it was read, or as it is estimated; `step` counts from 1. */
export const State = struct({ step: 'u32', x: 'f64', v: 'f64', theta: 'f64', omega: 'f64' });
/** The force of the motor, in N, and for the state of which step it was found. */
export const Control = struct({ step: 'u32', force: 'f64' });

type Tick = StructView<typeof Tick>;
type State = StructView<typeof State>;
type Control = StructView<typeof Control>;

/** Lets time pass at its real pace: a tick for each step of the world. Time that the machine had no time for is not made up. */
@component()
export class Clock extends Emitter<typeof Tick> {
  static readonly output = Tick;
  #number = 0;
  #due = performance.now();

  constructor(private readonly ticks: number) {
    super();
  }

  async compute(out: Tick): Promise<typeof done | undefined> {
    if (this.#number === this.ticks) return done;
    this.#due = Math.max(this.#due + 1000 * STEP, performance.now());
    await sleep(this.#due - performance.now(), undefined, { signal: this.signal });
    out.number = this.#number += 1;
    return undefined;
  }
}

/** The cart and the pole themselves. They go on with each tick, under whatever force there is just then. */
@component()
export class World extends Router<[typeof Tick, typeof Control], typeof State> {
  static readonly output = State;
  readonly #gauss = normal(uniform(1));
  #step = 0;
  #motion: Motion = PUSHED;

  compute(_tick: Tick, control: Control, out: State): typeof skip | undefined {
    if (this.#step - control.step >= PATIENCE) return skip;
    const bump = DISTURBANCE.bump * this.#gauss();
    const gust = DISTURBANCE.gust * this.#gauss();
    this.#motion = advance(this.#motion, { force: control.force, bump, gust }, STEP);
    this.#step += 1;
    Object.assign(out, { step: this.#step, ...this.#motion });
    return undefined;
  }
}

/** Reads the state, with noise. */
@component()
export class Sensor extends Router<[typeof State], typeof State> {
  static readonly output = State;
  readonly #gauss = normal(uniform(2));

  compute({ step, x, v, theta, omega }: State, out: State): void {
    out.step = step;
    out.x = x + NOISE.x * this.#gauss();
    out.v = v + NOISE.v * this.#gauss();
    out.theta = theta + NOISE.theta * this.#gauss();
    out.omega = omega + NOISE.omega * this.#gauss();
  }
}

/** Estimates the state by a Kalman filter. It knows the equations, the force of the controller, and such readings as it gets. */
@component()
export class Observer extends Router<[typeof State, typeof Control], typeof State> {
  static readonly output = State;
  #filter: KalmanFilter | undefined;
  #step = 0;

  compute(reading: State, control: Control): { readonly step: number } & Motion {
    const filter = (this.#filter ??= new KalmanFilter(reading));
    if (this.#step > 0) {
      for (let step = this.#step; step < reading.step; step += 1) filter.predict(control.force);
      filter.correct(reading);
    }
    this.#step = reading.step;
    return { step: reading.step, ...filter.motion };
  }
}

/** A linear-quadratic regulator that takes its time. */
@component()
export class Controller extends Router<[typeof State], typeof Control> {
  static readonly output = Control;
  readonly #gain = regulatorGain();

  /** @param slowness milliseconds for which it blocks its thread each time, as an expensive computation would. */
  constructor(private readonly slowness: number) {
    super();
  }

  compute(estimate: State, out: Control): void {
    const until = performance.now() + this.slowness;
    out.step = estimate.step;
    out.force = forceFor(this.#gain, estimate);
    while (performance.now() < until);
  }
}

/** Writes states to a file, a line for each. */
@component()
export class Logger extends Collector<[typeof State]> {
  #file: FileHandle | undefined;

  constructor(private readonly path: string) {
    super();
  }

  async start(): Promise<void> {
    this.#file = await open(this.path, 'w');
  }

  async compute({ step, x, v, theta, omega }: State): Promise<void> {
    await this.#file?.write(`${[step, x, v, theta, omega].join(',')}\n`);
  }

  async stop(): Promise<void> {
    await this.#file?.close();
  }
}
