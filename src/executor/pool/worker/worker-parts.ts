import type { Mailbox } from '../mailbox.js';
import type { DownMessage, UpMessage } from '../messages.js';
import type { ImportModule } from './node-finder.js';

/** What a worker is driven by, and what it works with; a port in a thread, anything like one in a test. */
export interface WorkerParts {
  /** The words that it shares with the pool: see `CLAIMS` in messages.ts. */
  readonly control: Int32Array;
  readonly inbox: Mailbox;
  readonly outbox: Mailbox;
  readonly post: (message: UpMessage) => void;
  /** The next message that has come, without waiting. */
  readonly receive: () => DownMessage | undefined;
  readonly importModule: ImportModule;
  /** Ends the thread when it is told to. */
  readonly stop?: () => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970 at which `now` was 0. */
  readonly origin: number;
}
