import { textKeys } from './lmdb.js';
import { SESSION_BYTES, sessionIn, type ClaimParts } from './sessions.js';

/** Rights to compute what keys stand for, each of one session. */
export class Locks {
  readonly #parts: ClaimParts<string>;
  /** Keys that this session has locked, with the token of the lock. */
  readonly #held = new Map<string, Buffer>();
  #count = 0;

  constructor(parts: ClaimParts<string>) {
    this.#parts = parts;
  }

  /** Takes a key for this session, and gives the token to give it back with; undefined while anyone who is alive has it. */
  take(key: string): Buffer | undefined {
    if (this.#held.has(key)) return undefined;
    const { table, changes } = this.#parts;
    let token: Buffer | undefined;
    changes.now(() => {
      const holder = table.get(key);
      if (holder !== undefined && this.#isHeld(key, holder)) return;
      token = this.#nextToken();
      table.put(key, token);
    });
    if (token !== undefined) this.#held.set(key, token);
    return token;
  }

  /** Gives a key back if the lock is still the one with this token. */
  giveBack(key: string, token: Buffer): void {
    if (this.#held.get(key)?.equals(token) !== true) return;
    this.#held.delete(key);
    const { table, changes } = this.#parts;
    changes
      .soon(0, () => {
        if (table.get(key)?.equals(token) === true) table.remove(key);
      })
      .catch(() => undefined); // where there is no room for it, others may take it when this thread has ended
  }

  /** Takes out those of sessions. Only in a change. */
  forget(sessions: ReadonlySet<string>): void {
    const { table } = this.#parts;
    for (const key of textKeys(table)) {
      const holder = table.get(key);
      if (holder !== undefined && sessions.has(sessionIn(holder, 0))) table.remove(key);
    }
  }

  /** Of this session only what it knows of: what it could not give back for lack of room is nobody's. */
  #isHeld(key: string, row: Buffer): boolean {
    const { sessions } = this.#parts;
    const session = sessionIn(row, 0);
    return session === sessions.own ? this.#held.has(key) : sessions.isLive(session);
  }

  /** The session, and what it counts its locks by. */
  #nextToken(): Buffer {
    const token = Buffer.alloc(2 * SESSION_BYTES);
    token.set(this.#parts.sessions.ownBytes);
    token.writeDoubleLE(++this.#count, SESSION_BYTES);
    return token;
  }
}
