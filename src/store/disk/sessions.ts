import type { ClaimChanges } from './claim-changes.js';
import { isAlive, LEASE, randomToken, thisThread, type Holder } from './holder.js';
import { textKeys, type Table } from './lmdb.js';

const RENEW_EVERY = LEASE / 4;

/** Bytes of the name of a session in a row. */
export const SESSION_BYTES = 8;

/** The name of the session that stands at a place of a row. */
export function sessionIn(row: Buffer, at: number): string {
  return Buffer.from(row.buffer, row.byteOffset + at, SESSION_BYTES).toString('hex');
}

/** Of a session: who it is, and until when it is taken to be alive by who cannot ask the system. */
interface SessionRow extends Holder {
  readonly leasedUntil: number;
}

/** Who has a store open: each opened environment is a session, which ends with its thread. */
export class Sessions {
  /** The name of this session: 16 hexadecimal digits. */
  readonly own = randomToken();
  /** The same in bytes. */
  readonly ownBytes = Buffer.from(this.own, 'hex');
  readonly #table: Table<string>;
  readonly #changes: ClaimChanges;
  readonly #holder: Holder = thisThread();
  readonly #renewal: NodeJS.Timeout;

  constructor(table: Table<string>, changes: ClaimChanges) {
    this.#table = table;
    this.#changes = changes;
    this.#renew();
    this.#renewal = setInterval(() => {
      this.#renew();
    }, RENEW_EVERY).unref();
  }

  /** Whether a session, by its name, is alive. */
  isLive(session: string): boolean {
    if (session === this.own) return true;
    const row = this.#table.get(session);
    if (row === undefined) return false;
    try {
      const holder = JSON.parse(row.toString('utf8')) as SessionRow; // what #renew wrote
      return isAlive(holder, holder.leasedUntil, Date.now());
    } catch {
      return false;
    }
  }

  /** Those that ended without having said so. */
  dead(): string[] {
    return textKeys(this.#table).filter((session) => !this.isLive(session));
  }

  /** Only in a change. */
  forget(sessions: Iterable<string>): void {
    for (const session of sessions) this.#table.remove(session);
  }

  close(): void {
    clearInterval(this.#renewal);
  }

  #renew(): void {
    const row: SessionRow = { ...this.#holder, leasedUntil: Date.now() + LEASE };
    try {
      this.#changes.now(() => {
        this.#table.put(this.own, Buffer.from(JSON.stringify(row)));
      });
    } catch {
      // There is no room for it now; where the system tells who is alive, nobody needs it.
    }
  }
}

/** What a claim of sessions, as locks and pins are, is kept in. */
export interface ClaimParts<Key extends string | Buffer> {
  readonly table: Table<Key>;
  readonly changes: ClaimChanges;
  readonly sessions: Sessions;
}
