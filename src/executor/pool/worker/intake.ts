import { SIGNAL, type BatchMessage, type DownMessage } from '../messages.js';
import { Patience } from '../patience.js';
import type { WorkerParts } from './worker-parts.js';

/** What a message may be besides a batch. */
type Order = Exclude<DownMessage, BatchMessage>;

/** Milliseconds after which the event loop must go round. */
const TURN = 8;
/** Milliseconds that it looks out for the next message before it lets the thread sleep: waking it takes as long. */
const LOOK_OUT = 0.06;
/** How often to look between two looks at the clock. */
const LOOKS = 16;

/** Takes in what the pool sends, and has the batches that are still to be run, in the order in which they were sent. */
export class Intake {
  readonly #parts: Pick<WorkerParts, 'control' | 'inbox' | 'receive' | 'now'>;
  readonly #obey: (order: Order) => void;
  readonly #queue: BatchMessage[] = [];
  readonly #patience = new Patience();
  /** When the event loop last went round. */
  #turnAt = 0;

  /** @param obey is given what is to be done at once. */
  constructor(parts: WorkerParts, obey: (order: Order) => void) {
    this.#parts = parts;
    this.#obey = obey;
  }

  /** Takes a message in. */
  enter(message: DownMessage): void {
    if (message.type === undefined) this.#queue.push(message);
    else this.#obey(message);
  }

  /** The batch to be run next. */
  get first(): BatchMessage | undefined {
    return this.#queue[0];
  }

  /** That batch is about to be run. */
  shift(): void {
    this.#queue.shift();
  }

  /** The event loop has gone round. */
  beginTurn(): void {
    this.#turnAt = this.#parts.now();
  }

  /** Looks out a little for another message, unless the event loop must go round: what others left behind needs it. */
  lookOut(): boolean {
    const { control, inbox, now } = this.#parts;
    if (now() - this.#turnAt > TURN) return false;
    const seen = Atomics.load(control, SIGNAL);
    if (this.#receive()) return true;
    if (!this.#patience.pays) return false;
    inbox.open();
    for (const until = now() + LOOK_OUT; now() < until;) {
      for (let look = 0; look < LOOKS; look += 1) {
        if (!inbox.full && Atomics.load(control, SIGNAL) === seen) continue;
        this.#patience.hit();
        return this.#takeLetter();
      }
    }
    if (this.#takeLetter()) return true;
    this.#patience.miss();
    return false;
  }

  /** Takes what is in the mailbox, after all that was posted before; gives whether there was anything. */
  #takeLetter(): boolean {
    const letter = this.#parts.inbox.close();
    const came = this.#receive();
    while (came && this.#receive());
    const [batch, words] = letter ?? [];
    if (batch === undefined || words === undefined) return came;
    this.#insert({ batch: batch as [number, number], words }); // as the pool put it in
    return true;
  }

  /** What was in the mailbox may have been sent before what was posted: batches are numbered in order. */
  #insert(letter: BatchMessage): void {
    const later = this.#queue.findIndex(({ batch: [id] }) => id > letter.batch[0]);
    this.#queue.splice(later === -1 ? this.#queue.length : later, 0, letter);
  }

  /** Takes a message that has come; gives whether one had. */
  #receive(): boolean {
    const message = this.#parts.receive();
    if (message !== undefined) this.enter(message);
    return message !== undefined;
  }
}
