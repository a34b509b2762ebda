import { SESSION_BYTES, sessionIn, type ClaimParts } from './sessions.js';

const PRESENT = Buffer.from([1]);
const LAST = Buffer.alloc(SESSION_BYTES + 1, 0xff);

/** Files of entries that sessions are about to read, by the name of the first: others leave them. */
export class PinTable {
  readonly #parts: ClaimParts<Buffer>;

  constructor(parts: ClaimParts<Buffer>) {
    this.#parts = parts;
  }

  /** Pins the files of an entry for this session. */
  add(name: Buffer): void {
    const { table, changes } = this.#parts;
    changes.now(() => {
      table.put(this.#pinOf(name), PRESENT);
    });
  }

  remove(names: readonly Buffer[]): void {
    if (names.length === 0) return;
    const { table, changes } = this.#parts;
    changes.drop(() => {
      for (const name of names) table.remove(this.#pinOf(name));
    });
  }

  /** Whether any session that is alive has pinned these files. */
  has(name: Buffer): boolean {
    const { table, sessions } = this.#parts;
    for (const pin of table.getKeys({ start: name, end: Buffer.concat([name, LAST]) }))
      if (sessions.isLive(sessionIn(pin, name.length))) return true;
    return false;
  }

  /** Takes out those of sessions. Only in a change. */
  forget(sessions: ReadonlySet<string>): void {
    const { table } = this.#parts;
    for (const pin of [...table.getKeys()])
      if (sessions.has(sessionIn(pin, pin.length - SESSION_BYTES))) table.remove(pin);
  }

  #pinOf(name: Buffer): Buffer {
    return Buffer.concat([name, this.#parts.sessions.ownBytes]);
  }
}
