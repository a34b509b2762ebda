import { claimsFile, removeClaims, removeFormerClaims } from './claims-file.js';
import { isAlive, LEASE, randomToken, thisThread, type Holder } from './holder.js';
import { COMMIT, openBinaryTable, openTextTable, textKeys, type Lmdb, type RootTable, type Table } from './lmdb.js';
import { Journal } from './journal.js';
import { inspect } from './lmdb-file.js';
import { isFull, Reserve } from './reserve.js';

/** Room that is kept for what one change writes besides what it is given, that it may take, and more. Bytes. */
const ROOM = {
  need: 64 * 1024,
  want: 256 * 1024,
  /** That the journal leaves for the rest. */
  kept: 192 * 1024,
};
const RENEW_EVERY = LEASE / 4;
const TOKEN_BYTES = 8;

/** Of a session: who it is, and until when it is taken to be alive by who cannot ask the system. */
interface SessionRow extends Holder {
  readonly leasedUntil: number;
}

/** A change that is made with others of its turn. */
interface Soon {
  /** Bytes that it writes, about. */
  readonly bytes: number;
  readonly action: () => void;
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/**
 * What threads and processes hold of a store for now: locks on keys, pins on entries that they are about to read, and the
 * journal of what was put last. It lies in an environment of its own that is never written to the disk on purpose, and
 * begins anew when the system does. Each opened environment is a session; what a session holds ends with its thread. A
 * change takes about 10 µs.
 */
export class Claims {
  /** The name of this session: 16 hexadecimal digits. */
  readonly session = randomToken();
  /** Whether it is the first since the system was started. */
  readonly isFirst: boolean;
  readonly journal: Journal;
  readonly #root: RootTable;
  readonly #reserve: Reserve;
  readonly #sessions: Table<string>;
  readonly #locks: Table<string>;
  readonly #pins: Table<Buffer>;
  readonly #own: Holder = thisThread();
  readonly #ownName = Buffer.from(this.session, 'hex');
  #locked = 0;
  /** Keys that this session has locked, with the token of the lock. */
  readonly #held = new Map<string, Buffer>();
  /** Changes of this turn that are not made yet. */
  #soon: Soon[] = [];
  readonly #renewal: NodeJS.Timeout;

  /** @throws what the file system or lmdb do */
  constructor(lmdb: Lmdb, folder: string) {
    const path = claimsFile(folder);
    const file = inspect(path);
    this.isFirst = file === 'missing';
    if (this.isFirst) removeFormerClaims(folder);
    // The native code would end the process.
    if (file === 'damaged' || (file !== 'missing' && file.size < file.used)) removeClaims(path);
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
    this.journal = new Journal({
      table: table(openTextTable(this.#root, 'journal')),
      soon: (bytes, action) => this.#changeSoon(bytes, action),
      now: (action) => {
        this.#change(action);
      },
    });
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
      if (holder !== undefined && this.#isHeld(key, holder)) return;
      token = this.#nextToken();
      this.#locks.put(key, token);
    });
    if (token !== undefined) this.#held.set(key, token);
    return token;
  }

  /** Of this session only what it knows of: what it could not give back for lack of room is nobody's. */
  #isHeld(key: string, row: Buffer): boolean {
    const session = sessionIn(row, 0);
    return session === this.session ? this.#held.has(key) : this.#lives(session);
  }

  /** The session, and what it counts its locks by. */
  #nextToken(): Buffer {
    const token = Buffer.alloc(2 * TOKEN_BYTES);
    token.set(this.#ownName);
    token.writeDoubleLE(++this.#locked, TOKEN_BYTES);
    return token;
  }

  /** Gives a key back if the lock is still the one with this token. */
  unlock(key: string, token: Buffer): void {
    if (this.#held.get(key)?.equals(token) !== true) return;
    this.#held.delete(key);
    this.#changeSoon(0, () => {
      if (this.#locks.get(key)?.equals(token) === true) this.#locks.remove(key);
    }).catch(() => undefined); // where there is no room for it, others may take it when this thread has ended
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

  /** Makes the changes that were to be made soon, and then this one. */
  #change(action: () => void): void {
    this.#flush();
    this.#transact(ROOM.need, action);
  }

  /** Makes a change at the end of this turn, or before the next one. */
  #changeSoon(bytes: number, action: () => void): Promise<void> {
    return new Promise((done, failed) => {
      this.#soon.push({ bytes, action, done, failed });
      if (this.#soon.length > 1) return;
      queueMicrotask(() => {
        this.#flush();
      });
    });
  }

  #flush(): void {
    if (this.#soon.length === 0) return;
    const changes = this.#soon;
    this.#soon = [];
    try {
      this.#makeAll(changes);
    } catch (thrown) {
      // Where one cannot be made, the others may.
      if (changes.length === 1) for (const { failed } of changes) failed(thrown);
      else for (const change of changes) this.#makeAlone(change);
      return;
    }
    for (const { done } of changes) done();
  }

  #makeAll(changes: readonly Soon[]): void {
    const bytes = changes.reduce((sum, change) => sum + change.bytes, 0);
    this.#transact(ROOM.need + (bytes > 0 ? ROOM.kept + 2 * bytes : 0), () => {
      for (const { action } of changes) action();
    });
  }

  #makeAlone(change: Soon): void {
    try {
      this.#makeAll([change]);
    } catch (thrown) {
      change.failed(thrown);
      return;
    }
    change.done();
  }

  #transact(need: number, action: () => void): void {
    this.#root.transactionSync(() => {
      this.#reserve.ensure({ need, want: need + ROOM.want });
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
