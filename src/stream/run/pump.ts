import type { Slots } from '../plan/reader.js';
import type { Callers } from './callers.js';
import type { Ending } from './ending.js';
import type { Entry } from './entry.js';
import type { Intake } from './intake.js';
import type { Lifetime } from './lifetime.js';
import type { Outlet } from './outlet.js';
import { Pace } from './pace.js';
import type { Runner } from './runner.js';
import type { Standstill } from './standstill.js';

/** What items go through. */
export interface PumpParts {
  readonly intake: Intake | undefined;
  readonly callers: Callers;
  readonly entry: Entry;
  readonly runner: Runner;
  readonly outlet: Outlet<unknown>;
  readonly standstill: Standstill;
  readonly life: Lifetime;
  readonly ending: Ending;
  /** Items under way at most, results that nobody has taken among them. */
  readonly inFlight: number;
}

/** Begins items while some are wanted and there is room: those of the sources, and those that were given by `call()`. */
export class Pump {
  readonly #intake: Intake | undefined;
  readonly #callers: Callers;
  readonly #entry: Entry;
  readonly #runner: Runner;
  readonly #outlet: Outlet<unknown>;
  readonly #standstill: Standstill;
  readonly #life: Lifetime;
  readonly #ending: Ending;
  readonly #inFlight: number;
  /** Nothing else is read, and what is on its way is dropped: see {@link drain}. */
  #draining = false;
  readonly #pace = new Pace(() => {
    this.#runner.resume();
    this.pump();
  });
  #pumping = false;
  /** Nothing else is read. */
  #finishing = false;
  /** The sources have ended well, and the runner has not been told. */
  #exhausted = false;
  /** An item that was read while nothing was to begin. */
  #held: Slots | undefined;

  constructor(parts: PumpParts) {
    this.#intake = parts.intake;
    this.#callers = parts.callers;
    this.#entry = parts.entry;
    this.#runner = parts.runner;
    this.#outlet = parts.outlet;
    this.#standstill = parts.standstill;
    this.#life = parts.life;
    this.#ending = parts.ending;
    this.#inFlight = parts.inFlight;
  }

  /** Items of the sources that have begun; undefined where items come by `call()` only. */
  get begun(): number | undefined {
    return this.#intake === undefined ? undefined : this.#intake.count - (this.#held === undefined ? 0 : 1);
  }

  /** Begins items for as long as some are wanted and there is room. */
  pump(): void {
    if (this.#pumping || !this.#life.begun) return;
    this.#pumping = true;
    try {
      for (;;) {
        // Results of calls do not wait for the consumer, so that a consumer can wait for a call.
        const isCalled = this.#callers.size > 0 && this.#takesItems && this.#runner.live < this.#inFlight;
        if (isCalled && this.#pace.rests) return;
        const called = isCalled ? this.#callers.next() : undefined;
        if (called !== undefined) {
          this.#entry.admitCalled(called);
          continue;
        }
        if (!this.#hasRoom) return;
        const intake = this.#intake;
        if (intake === undefined || intake.reading || this.#finishing) return;
        if (this.#outlet.waiting === 0 && !this.#runner.concurrent) return;
        if (this.#pace.rests) return;
        const slots = this.#runner.slots();
        const got = intake.read(slots);
        if (got instanceof Promise) {
          this.#awaitItem(got, slots);
          return;
        }
        if (got) this.#entry.admit(slots, undefined);
        else this.#sourcesEnded();
      }
    } catch (error) {
      this.#sourceFailed(error);
    } finally {
      this.#pumping = false;
    }
  }

  /** Lets flows give what they have room for now. */
  resume(): void {
    if (!this.#pace.rests) this.#runner.resume();
  }

  /** Whether items may begin at all. */
  get #takesItems(): boolean {
    return !this.#life.over && !this.#runner.stopping && !this.#standstill.holds;
  }

  get #hasRoom(): boolean {
    return this.#takesItems && this.#runner.live + this.#outlet.size < this.#inFlight;
  }

  #awaitItem(got: Promise<boolean>, slots: Slots): void {
    got.then(
      (there) => {
        if (this.#life.over || this.#draining) return;
        if (!there) this.#sourcesEnded();
        else if (this.#standstill.holds) this.#held = slots;
        else this.#entry.admitRead(slots);
        this.pump();
      },
      (error: unknown) => {
        this.#sourceFailed(error);
      },
    );
  }

  /** Goes on behind a standstill. */
  goOn(): void {
    if (this.#draining) this.#runner.letOut(true);
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#entry.admitRead(held);
    this.pump();
    this.#finish();
  }

  /** Something has come to its end: there may be room, or nothing else to come. */
  see(): void {
    this.pump();
    this.#finish();
  }

  /** After an item that failed for good nothing else is read, and what is under way comes out. */
  seeFailure(): void {
    if (!this.#runner.stopping || this.#finishing) return;
    this.#finishing = true;
    this.#runner.finish();
  }

  /** Takes no more items of the sources: what is under way, and the calls that wait, come to their end. */
  drain(): void {
    this.#draining = true;
    this.#runner.letOut(true);
    if (!this.#finishing) {
      this.#finishing = true;
      this.#exhausted = true;
    }
    this.#runner.resume();
    this.see();
  }

  #sourcesEnded(): void {
    this.#finishing = true;
    if (this.#intake?.paired !== true) {
      this.#exhausted = true;
      this.#finish();
      return;
    }
    this.#intake.checkEnds().then(
      () => {
        this.#exhausted = true;
        this.#finish();
      },
      (error: unknown) => {
        this.#sourceFailed(error);
      },
    );
  }

  /** The sources are at their end: when the calls that wait have begun, what is left in flows comes out. */
  #finish(): void {
    if (!this.#exhausted || this.#life.over || this.#standstill.holds) return;
    if (this.#callers.size > 0 && !this.#runner.stopping) return;
    this.#exhausted = false;
    this.#runner.finish();
    this.#ending.see();
  }

  /** What came before is delivered, then the error. */
  #sourceFailed(error: unknown): void {
    if (this.#life.over || this.#draining) return;
    this.#finishing = true;
    this.#runner.failLate(error);
    this.#runner.finish();
    this.#ending.see();
  }
}
