import { Turn } from '../../resolve/turn.js';

/** Of so many items the clock is looked at for one. A power of two. */
const LOOKED_AT = 64;

/** Lets the event loop go round now and then while items come without any wait. A count for most items. */
export class Pace {
  readonly #turn: Turn;
  #count = 0;
  #resting = false;

  /** @param goOn is called when there is time again, after {@link rests} was true. */
  constructor(goOn: () => void) {
    this.#turn = new Turn(
      () => performance.now(),
      () => {
        this.#resting = false;
        goOn();
      },
    );
  }

  /** Whether nothing may begin now, as timers and I/O have waited long enough. Asked for each item. */
  get rests(): boolean {
    if (this.#resting) return true;
    this.#count += 1;
    if (this.#count % LOOKED_AT !== 0) return false;
    this.#resting = !this.#turn.begin();
    return this.#resting;
  }
}
