import { describeThrown } from '../../../errors.js';
import { UNSENDABLE } from '../messages.js';
import type { Report } from './report.js';
import type { ResultPacker } from './result-packer.js';
import type { WorkerParts } from './worker-parts.js';

/** Milliseconds after which results are sent though the batch goes on. */
const REPORT_AFTER = 8;
/** How many bodies may run between two looks at the clock. */
const STRIDE = 16;
/** After a stride that took longer than this many milliseconds, the clock is looked at after every body. */
const SLOW_STRIDE = 0.2;

/** Sends what was reported to the pool: at the end of a batch, now and then in the middle, and after promises. */
export class ReportSender {
  readonly #parts: Pick<WorkerParts, 'outbox' | 'post' | 'now'>;
  readonly #report: Report;
  readonly #packer: ResultPacker;
  #sentAt = 0;
  #lookedAt = 0;
  #soon = false;

  constructor(parts: WorkerParts, { report, packer }: { readonly report: Report; readonly packer: ResultPacker }) {
    this.#parts = parts;
    this.#report = report;
    this.#packer = packer;
  }

  /** A batch begins now: nothing that it reports is late before a while. */
  begin(now: number): void {
    this.#sentAt = now;
  }

  /**
   * Sends what has ended, if that is late, unless values that a later job needs would be lost with the thread: it `keeps`
   * some. Gives after how many more bodies to ask again: at once where bodies take long.
   */
  sendIfLate(keeps: boolean): number {
    const now = this.#parts.now();
    const stride = now - this.#lookedAt > SLOW_STRIDE ? 1 : STRIDE;
    this.#lookedAt = now;
    if (!this.#report.empty && !keeps && now - this.#sentAt >= REPORT_AFTER) this.send();
    return stride;
  }

  /** Sends what was reported, if there is anything. */
  send(): void {
    this.#sentAt = this.#parts.now();
    if (this.#report.empty) return;
    this.#packer.seal();
    const message = this.#report.take();
    if (
      message.handles === undefined &&
      message.times === undefined &&
      this.#parts.outbox.put([message.words, message.costs])
    )
      return;
    try {
      this.#parts.post(message);
    } catch {
      // Some result holds what only the message as a whole shows that it cannot be sent.
      this.#parts.post({ ...message, words: sendable(message.words) });
    }
  }

  /** Sends what promises came to: others may settle in the same turn. */
  sendSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      this.send();
    });
  }
}

/** The words of a report with errors in place of what cannot be sent. */
function sendable(words: readonly unknown[]): unknown[] {
  return words.map((word) => {
    if (typeof word !== 'object' || word === null) return word;
    try {
      structuredClone(word);
      return word;
    } catch (error) {
      return [UNSENDABLE, 'DAG_CANNOT_TRAVEL', `The result cannot be sent: ${describeThrown(error)}.`];
    }
  });
}
