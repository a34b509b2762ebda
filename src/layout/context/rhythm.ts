/** How long before it is needed a thread wakes, in ms: as far as timers of other threads come early or late. */
const AHEAD = 0.4;
/** Pauses below this are left as they are, in ms: a core that was needed just now is warm. */
const SHORTEST = 2;
/** How far two pauses in a row may differ, in ms: timers are exact to one. */
const SPREAD = 1;

/**
 * Foresees when a thread that rests is needed again, where that happens at a steady pace. A core that has rested for some
 * milliseconds takes 50 to 100 µs to run a thread that another core wakes, and reads all it does from far memory; one that
 * has run it a moment ago takes half of that. So the thread wakes shortly before it is needed, looks around, and rests on.
 */
export class Rhythm {
  #restedAt = -Infinity;
  #pause = NaN;
  #neededAt = Infinity;

  /** It was needed, and rests again from now on, in ms. */
  beat(now: number): void {
    const pause = now - this.#restedAt;
    const isSteady = pause >= SHORTEST && Math.abs(pause - this.#pause) <= SPREAD;
    this.#neededAt = isSteady ? now + Math.min(pause, this.#pause) : Infinity;
    this.#restedAt = now;
    this.#pause = pause;
  }

  /** Milliseconds from now until it should wake because it will be needed soon; Infinity when nothing is foreseen. */
  pauseFrom(now: number): number {
    const pause = this.#neededAt - AHEAD - now;
    return pause > 0 ? pause : Infinity;
  }
}
