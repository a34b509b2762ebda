import { DagError, describeThrown, messageOf } from '../../../errors.js';
import { Future } from '../../../graph/future.js';
import { abortScope } from '../../../graph/abort.js';
import { currentScope, Scope, scopes } from '../../../graph/scope.js';
import { isThenable } from '../../thenable.js';
import type { NodeSpec } from '../../../graph/spec.js';
import { blocks } from '../../../memory/blocks.js';
import { duplicate } from '../../../memory/duplicate.js';
import { fingerprint } from '../../../memory/fingerprint.js';
import { BufferLedger } from '../../../memory/ledger.js';
import { unpackReceiver } from '../calls.js';
import {
  AWAITS,
  BEGUN,
  CLAIMS,
  clockWord,
  FAILED,
  IMPORTING,
  NOT_FOUND,
  SIGNAL,
  SKIPPED,
  unclaimed,
  UNSENDABLE,
  type BatchMessage,
  type DownMessage,
  type UpMessage,
} from '../messages.js';
import { moduleUrl } from '../node-addresses.js';
import type { Mailbox } from '../mailbox.js';
import { Patience } from '../patience.js';
import { codecsMissingIn, JobReader } from './job-reader.js';
import { NodeFinder, type ImportModule } from './node-finder.js';
import { Report } from './report.js';
import { ResultPacker } from './result-packer.js';

/** What a worker is driven by, and what it works with; a port in a thread, anything like one in a test. */
export interface WorkerParts {
  /** See {@link CLAIMS}. */
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

/** Milliseconds after which the event loop must go round. */
const TURN = 8;
/** Milliseconds after which results are sent though the batch goes on. */
const REPORT_AFTER = 8;
/** How many bodies may run between two looks at the clock. */
const STRIDE = 16;
/** After a stride that took longer than this many milliseconds, the clock is looked at after every body. */
const SLOW_STRIDE = 0.2;
/** Milliseconds that it looks out for the next message before it lets the thread sleep: waking it takes as long. */
const LOOK_OUT = 0.06;

/** One job, as it is read from a batch. */
interface JobOnThread {
  readonly batch: BatchMessage;
  readonly index: number;
  readonly call: Future;
  readonly fingerprint: string | undefined;
  readonly donated: readonly number[];
  readonly args: readonly unknown[];
  /** Calls whose values were kept for it. */
  readonly used: readonly Future[];
  readonly begunAt: number;
  readonly rebuilt: boolean;
}

/** Runs the jobs of one thread. */
export class PoolWorker {
  readonly #parts: WorkerParts;
  readonly #finder: NodeFinder;
  readonly #ledger = new BufferLedger(blocks);
  readonly #report = new Report();
  readonly #reader: JobReader;
  readonly #packer: ResultPacker;
  readonly #patience = new Patience();
  readonly #queue: BatchMessage[] = [];
  /** Scopes of the bodies that wait for a promise. */
  readonly #pending = new Map<string, Scope>();
  #scope: Scope | undefined;
  #busy = false;
  #sendingSoon = false;
  #sentAt = 0;
  #lookedAt = 0;
  /** When the event loop last went round. */
  #turnAt = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#finder = new NodeFinder(parts.importModule);
    this.#reader = new JobReader(this.#finder);
    this.#packer = new ResultPacker(this.#finder);
    // Bodies are in scopes as long as there are messages.
    scopes.enter();
  }

  /** Takes a message, and those that come while it works. */
  take(message: DownMessage): void {
    this.#enter(message);
    if (this.#busy) return;
    this.#work();
  }

  #enter(message: DownMessage): void {
    if (message.type === 'stop') this.#parts.stop?.();
    else if (message.type === undefined) this.#queue.push(message);
    else this.#cancel(message.batch, message.index, message.reason);
  }

  #work(): void {
    this.#busy = true;
    this.#turnAt = this.#parts.now();
    do {
      for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
        if (batch.handles !== undefined) blocks.learn(batch.handles);
        blocks.poison = batch.debug === true;
        if (this.#mustLoad(batch)) {
          void this.#load(batch);
          return;
        }
        this.#queue.shift();
        this.#run(batch);
      }
    } while (this.#lookOut());
    this.#busy = false;
  }

  /** Looks out a little for another message; not while a body waits for the event loop. */
  #lookOut(): boolean {
    const { control, inbox, now } = this.#parts;
    // Bodies that wait, and what others left behind, need the event loop; messages come by it, too.
    if (this.#pending.size > 0 || now() - this.#turnAt > TURN) return false;
    const seen = Atomics.load(control, SIGNAL);
    if (this.#receive()) return true;
    if (!this.#patience.pays) return false;
    inbox.open();
    for (const until = now() + LOOK_OUT; now() < until;) {
      for (let look = 0; look < STRIDE; look += 1) {
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
    if (message !== undefined) this.#enter(message);
    return message !== undefined;
  }

  #mustLoad(batch: BatchMessage): boolean {
    return (
      batch.nodes?.some(({ id }) => this.#finder.at(id) === undefined) === true || codecsMissingIn(batch).length > 0
    );
  }

  /** Imports what a batch needs, and then goes on. */
  async #load(batch: BatchMessage): Promise<void> {
    const { control } = this.#parts;
    Atomics.store(control, IMPORTING, batch.batch[0]);
    await this.#finder.learn(batch.nodes ?? []);
    for (const { module } of codecsMissingIn(batch)) {
      const url = moduleUrl(module === '' ? undefined : module);
      // What fails here fails again, and is told, where the value is unpacked.
      if (url !== undefined) await this.#finder.load(url).catch(() => undefined);
    }
    Atomics.store(control, IMPORTING, 0);
    this.#queue.shift();
    this.#run(batch);
    this.#work();
  }

  #run(batch: BatchMessage): void {
    const { control, now } = this.#parts;
    const [id, jobs] = batch.batch;
    const slot = id % CLAIMS;
    const begunAt = now();
    // Before the job is claimed: from then on the pool looks at it.
    if (batch.timed === true) Atomics.store(control, BEGUN, clockWord(this.#parts.origin + begunAt));
    const word = unclaimed(id);
    if (Atomics.compareExchange(control, slot, word, word + 1) !== word) return; // it was taken back
    this.#reader.open(batch);
    this.#sentAt = begunAt;
    let node = 0;
    let count = 0;
    let since = this.#sentAt;
    let left = 1;
    for (let index = 0; index < jobs; index += 1) {
      if (index > 0) Atomics.add(control, slot, 1);
      const next = this.#reader.node;
      if (next !== node) {
        const at = now();
        if (count > 0) this.#report.cost(node, count, at - since);
        node = next;
        count = 0;
        since = at;
      } else {
        left -= 1;
        if (left === 0) left = this.#sendIfLate();
      }
      count += 1;
      this.#runJob(batch, index);
    }
    if (count > 0 && node > 0) this.#report.cost(node, count, now() - since);
    this.#reader.close();
    this.#leaveScope();
    this.#send();
  }

  #leaveScope(): void {
    currentScope.enterWith(undefined);
    this.#scope = undefined;
  }

  /**
   * Sends what has ended, if that is late, unless values that a later job needs would be lost with the thread. Gives
   * after how many more bodies to ask again: at once where bodies take long.
   */
  #sendIfLate(): number {
    const now = this.#parts.now();
    const stride = now - this.#lookedAt > SLOW_STRIDE ? 1 : STRIDE;
    this.#lookedAt = now;
    if (!this.#report.empty && !this.#reader.keeps && now - this.#sentAt >= REPORT_AFTER) this.#send();
    return stride;
  }

  #send(): void {
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

  #runJob(batch: BatchMessage, index: number): void {
    const { node, keeps, attempt, copies, donated, receiver, args } = this.#reader.read(index);
    if (args === undefined) {
      this.#end(batch, index, [SKIPPED]);
      return;
    }
    const spec = this.#finder.at(node);
    if (spec === undefined || spec instanceof DagError) {
      this.#end(batch, index, this.#notFound(spec));
      return;
    }
    if (args instanceof DagError) {
      this.#end(batch, index, [UNSENDABLE, args.code, messageOf(args)]);
      return;
    }
    for (const position of copies) args[position] = duplicate(args[position]);
    let self: unknown;
    try {
      self = receiver === undefined ? undefined : this.#receiverOf(spec, receiver);
    } catch (error) {
      this.#end(batch, index, this.#packer.failure(error));
      return;
    }
    const call = new Future(spec, args, self, undefined, undefined);
    const scope = this.#scopeFor(call, attempt);
    const borrowed = batch.debug === true ? borrowedPrint(args, donated) : undefined;
    const { now, origin } = this.#parts;
    const begunAt = batch.observed === true || batch.timed === true ? origin + now() : 0;
    const job: JobOnThread = {
      batch,
      index,
      call,
      fingerprint: borrowed,
      donated,
      args,
      used: this.#reader.takeUsed(),
      begunAt,
      rebuilt: receiver !== undefined,
    };
    let result: unknown;
    try {
      result = Reflect.apply(spec.body as (...values: unknown[]) => unknown, self, args); // checked where the call was made
    } catch (thrown) {
      this.#failed(job, thrown);
      return;
    }
    if (isThenable(result)) this.#await(job, scope, result);
    else this.#finished(job, scope, { result, keep: keeps });
  }

  #receiverOf(spec: NodeSpec, packed: readonly unknown[]): unknown {
    return unpackReceiver(packed, {
      spec,
      context: this.#reader.context,
      classNamed: (name) => this.#finder.classNamed(spec, name),
    });
  }

  #scopeFor(call: Future, attempt: number): Scope {
    const shared = this.#scope;
    if (shared !== undefined && !shared.kept) {
      shared.parent = call;
      shared.attempt = attempt;
      shared.made = undefined;
      shared.effects = undefined;
      return shared;
    }
    const scope = new Scope(undefined, call, undefined);
    scope.attempt = attempt;
    this.#scope = scope;
    currentScope.enterWith(scope);
    return scope;
  }

  #await(job: JobOnThread, scope: Scope, result: PromiseLike<unknown>): void {
    const { batch, index } = job;
    const key = keyOf(batch.batch[0], index);
    scope.kept = true;
    this.#pending.set(key, scope);
    this.#end(batch, index, [AWAITS, clockWord(job.begunAt)], job);
    const settle = (end: () => void): void => {
      if (!this.#pending.delete(key)) return;
      end();
      // Others may settle in the same turn.
      this.#sendSoon();
    };
    Promise.resolve(result).then(
      (value) => {
        settle(() => {
          this.#finished(job, scope, { result: value, keep: false });
        });
      },
      (thrown: unknown) => {
        settle(() => {
          this.#failed(job, thrown);
        });
      },
    );
  }

  #sendSoon(): void {
    if (this.#sendingSoon) return;
    this.#sendingSoon = true;
    queueMicrotask(() => {
      this.#sendingSoon = false;
      this.#send();
    });
  }

  #finished(job: JobOnThread, scope: Scope, { result, keep }: { result: unknown; keep: boolean }): void {
    const { batch, index, call, args, donated, used } = job;
    if (job.fingerprint !== undefined && borrowedPrint(args, donated) !== job.fingerprint) {
      this.#drop(used);
      this.#end(batch, index, [FAILED, undefined, 'DAG_INPUT_WRITTEN'], job);
      return;
    }
    if (keep && this.#packer.canStay(result, scope)) {
      this.#ledger.hold(call, result);
      this.#drop(used);
      this.#reader.keep(index, result, call);
      this.#end(batch, index, undefined, job);
      return;
    }
    const word = this.#packer.pack(result, scope);
    this.#drop(used);
    this.#end(batch, index, word, job);
  }

  /** Values that were kept for a job have been used. */
  #drop(used: readonly Future[]): void {
    for (const call of used) this.#ledger.drop(call);
  }

  #failed(job: JobOnThread, thrown: unknown): void {
    this.#drop(job.used);
    this.#end(job.batch, job.index, this.#packer.failure(thrown, job.rebuilt), job);
  }

  #end(batch: BatchMessage, index: number, word: unknown, job?: JobOnThread): void {
    if (batch.observed === true) {
      const { now, origin } = this.#parts;
      const begunAt = job?.begunAt ?? 0;
      this.#report.time(begunAt, begunAt === 0 ? 0 : origin + now() - begunAt, 0, this.#packer.takeBytes());
    }
    this.#report.add(batch.batch[0], index, word);
  }

  #notFound(error: DagError | undefined): unknown[] {
    if (error === undefined) return [UNSENDABLE, 'DAG_INTERNAL', 'A node was not announced.'];
    const { code, cause } = error;
    return [NOT_FOUND, code, messageOf(error), cause === undefined ? undefined : this.#packer.packThrown(cause)];
  }

  #cancel(batch: number, index: number, reason: string): void {
    const scope = this.#pending.get(keyOf(batch, index));
    if (scope !== undefined) abortScope(scope, new DagError('DAG_ABORTED', { message: reason }));
    this.#parts.post({ type: 'heard', batch, index });
  }
}

function keyOf(batch: number, index: number): string {
  return `${batch.toString()}:${index.toString()}`;
}

/** The fingerprint of the arguments that a body may not write to. */
function borrowedPrint(args: readonly unknown[], donated: readonly number[]): string {
  return fingerprint(args.filter((_, at) => !donated.includes(at)));
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
