/** The loop gives way to timers, I/O and abort signals after so many milliseconds. */
const TURN = 8;

/**
 * The resolver's share of the event loop. Work may go on in one stretch, or in many short ones that only microtasks
 * separate; both starve timers, so what counts is the time since the event loop last went round. While work goes on an
 * immediate is pending that tells so.
 */
export class Turn {
  readonly #now: () => number;
  readonly #work: () => void;
  #begunAt = 0;
  #pending = false;
  #wanted = false;

  /** @param work is called from the event loop when `yield` was asked for. */
  constructor(now: () => number, work: () => void) {
    this.#now = now;
    this.#work = work;
  }

  /** Whether there is time to work now; if not, `work` is called when there is. */
  begin(): boolean {
    if (!this.#pending) {
      this.#pending = true;
      this.#begunAt = this.#now();
      setImmediate(() => {
        this.#pending = false;
        if (!this.#wanted) return;
        this.#wanted = false;
        this.#work();
      });
      return true;
    }
    if (!this.spent(this.#now())) return true;
    this.#wanted = true;
    return false;
  }

  /** Whether the event loop has waited long enough at `now`. */
  spent(now: number): boolean {
    return now - this.#begunAt >= TURN;
  }

  /** Goes on after the event loop went round. */
  yield(): void {
    this.#wanted = true;
  }
}
