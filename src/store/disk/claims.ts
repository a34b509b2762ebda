import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, isAlive, LEASE, randomToken, thisThread, type Holder } from './holder.js';
import { COMMIT, openBinaryTable, openTextTable, textKeys, type Lmdb, type RootTable, type Table } from './lmdb.js';
import { isFull, Reserve } from './reserve.js';

/** Room that is kept for what one change writes, and that it may take. Bytes. */
const ROOM = { need: 64 * 1024, want: 256 * 1024 };
const RENEW_EVERY = LEASE / 4;
const TOKEN_BYTES = 8;

/** Of a session: who it is, and until when it is taken to be alive by who cannot ask the system. */
interface SessionRow extends Holder {
  readonly leasedUntil: number;
}

/**
 * What threads and processes hold of a store for now: locks on keys, and pins on entries that they are about to read. It lies in an
 * environment of its own that is never written to the disk on purpose, and begins anew when the system does. Each opened
 * environment is a session; what a session holds ends with its thread. A change takes about 10 µs.
 */
export class Claims {
  /** The name of this session: 16 hexadecimal digits. */
  readonly session = randomToken();
  /** Whether it is the first since the system was started. */
  readonly isFirst: boolean;
  readonly #root: RootTable;
  readonly #reserve: Reserve;
  readonly #sessions: Table<string>;
  readonly #locks: Table<string>;
  readonly #pins: Table<Buffer>;
  readonly #own: Holder = thisThread();
  readonly #ownName = Buffer.from(this.session, 'hex');
  /** Keys that this session has locked, with the token of the lock. */
  readonly #held = new Map<string, Buffer>();
  readonly #renewal: NodeJS.Timeout;

  /** @throws what the file system or lmdb do */
  constructor(lmdb: Lmdb, folder: string) {
    const name = bootId === '' ? 'locks.mdb' : `locks-${bootId.slice(0, 8)}.mdb`;
    const path = join(folder, name);
    this.isFirst = !existsSync(path);
    this.#root = lmdb.open(path, {
      noSubdir: true,
      noSync: true,
      maxDbs: 4,
      encoding: 'binary',
      permissionsMode: 0o600,
    });
    this.#reserve = new Reserve(this.#root, path);
    this.#sessions = table(openTextTable(this.#root, 'sessions'));
    this.#locks = table(openTextTable(this.#root, 'locks'));
    this.#pins = table(openBinaryTable(this.#root, 'pins'));
    this.#renew();
    this.#renewal = setInterval(() => {
      this.#renew();
    }, RENEW_EVERY).unref();
  }

  /** Takes a key for this session; undefined while another lock on it is held by anyone who is alive. */
  lock(key: string): Buffer | undefined {
    if (this.#held.has(key)) return undefined;
    let token: Buffer | undefined;
    this.#change(() => {
      const holder = this.#locks.get(key);
      if (holder !== undefined && this.#lives(sessionIn(holder, 0))) return;
      token = Buffer.from(this.session + randomToken(), 'hex');
      this.#locks.put(key, token);
    });
    if (token !== undefined) this.#held.set(key, token);
    return token;
  }

  /** Gives a key back if the lock is still the one with this token. */
  unlock(key: string, token: Buffer): void {
    if (this.#held.get(key)?.equals(token) !== true) return;
    this.#held.delete(key);
    this.#drop(() => {
      if (this.#locks.get(key)?.equals(token) === true) this.#locks.remove(key);
    });
  }

  /** Says that files of an entry, by the name of the first, are about to be read: others leave them. */
  pin(name: Buffer): void {
    this.#change(() => {
      this.#pins.put(Buffer.concat([name, this.#ownName]), Buffer.from([1]));
    });
  }

  unpin(names: readonly Buffer[]): void {
    if (names.length === 0) return;
    this.#drop(() => {
      for (const name of names) this.#pins.remove(Buffer.concat([name, this.#ownName]));
    });
  }

  /** Whether any session that is alive has pinned these files. */
  isPinned(name: Buffer): boolean {
    for (const pin of this.#pins.getKeys({
      start: name,
      end: Buffer.concat([name, Buffer.alloc(TOKEN_BYTES + 1, 0xff)]),
    }))
      if (this.#lives(sessionIn(pin, name.length))) return true;
    return false;
  }

  /** Sees what other sessions have changed since. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Whether a session, by its name, is alive. */
  isLive(session: string): boolean {
    return this.#lives(session);
  }

  /** Sessions that ended without having said so. */
  dead(): string[] {
    this.refresh();
    return textKeys(this.#sessions).filter((session) => !this.#lives(session));
  }

  /** Forgets sessions, and what they held. */
  bury(sessions: readonly string[]): void {
    const gone = new Set(sessions);
    this.#drop(() => {
      for (const key of textKeys(this.#locks)) {
        const holder = this.#locks.get(key);
        if (holder !== undefined && gone.has(sessionIn(holder, 0))) this.#locks.remove(key);
      }
      for (const pin of [...this.#pins.getKeys()])
        if (gone.has(sessionIn(pin, pin.length - TOKEN_BYTES))) this.#pins.remove(pin);
      for (const session of sessions) this.#sessions.remove(session);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    this.bury([this.session]);
    this.#reserve.close();
    await this.#root.close();
  }

  #renew(): void {
    const row: SessionRow = { ...this.#own, leasedUntil: Date.now() + LEASE };
    try {
      this.#change(() => {
        this.#sessions.put(this.session, Buffer.from(JSON.stringify(row)));
      });
    } catch {
      // There is no room for it now; where the system tells who is alive, nobody needs it.
    }
  }

  #change(action: () => void): void {
    this.#root.transactionSync(() => {
      this.#reserve.ensure(ROOM);
      action();
    }, COMMIT);
  }

  /** Takes something out. What stays for lack of room ends with this thread. */
  #drop(action: () => void): void {
    try {
      this.#change(action);
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
    }
  }

  #lives(session: string): boolean {
    if (session === this.session) return true;
    const row = this.#sessions.get(session);
    if (row === undefined) return false;
    try {
      const holder = JSON.parse(row.toString('utf8')) as SessionRow; // what #renew wrote
      return isAlive(holder, holder.leasedUntil, Date.now());
    } catch {
      return false;
    }
  }
}

function sessionIn(row: Buffer, at: number): string {
  return Buffer.from(row.buffer, row.byteOffset + at, TOKEN_BYTES).toString('hex');
}

function table<Key extends string | Buffer>(opened: Table<Key> | undefined): Table<Key> {
  if (opened === undefined) throw new Error('a table could not be opened');
  return opened;
}
