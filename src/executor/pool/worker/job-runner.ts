import { DagError, messageOf } from '../../../errors.js';
import { abortScope } from '../../../graph/abort.js';
import { Future } from '../../../graph/future.js';
import { currentScope, Scope } from '../../../graph/scope.js';
import type { NodeSpec } from '../../../graph/spec.js';
import { blocks } from '../../../memory/blocks.js';
import { duplicate } from '../../../memory/duplicate.js';
import { fingerprint } from '../../../memory/fingerprint.js';
import { BufferLedger } from '../../../memory/ledger.js';
import { isThenable } from '../../thenable.js';
import { unpackReceiver } from '../calls.js';
import { AWAITS, clockWord, FAILED, NOT_FOUND, SKIPPED, UNSENDABLE, type BatchMessage } from '../messages.js';
import type { JobReader } from './job-reader.js';
import type { NodeFinder } from './node-finder.js';
import type { Report } from './report.js';
import type { ReportSender } from './report-sender.js';
import type { ResultPacker } from './result-packer.js';
import type { WorkerParts } from './worker-parts.js';

/** What the runner of jobs works with. */
export interface JobRunnerParts {
  readonly clock: Pick<WorkerParts, 'now' | 'origin'>;
  readonly finder: NodeFinder;
  readonly reader: JobReader;
  readonly packer: ResultPacker;
  readonly report: Report;
  readonly sender: ReportSender;
}

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

/** Runs the bodies of jobs on this thread, and reports what they come to: at once, or when their promises settle. */
export class JobRunner {
  readonly #clock: Pick<WorkerParts, 'now' | 'origin'>;
  readonly #finder: NodeFinder;
  readonly #reader: JobReader;
  readonly #packer: ResultPacker;
  readonly #report: Report;
  readonly #sender: ReportSender;
  readonly #ledger = new BufferLedger(blocks);
  /** Scopes of the bodies that wait for a promise. */
  readonly #pending = new Map<string, Scope>();
  #scope: Scope | undefined;

  constructor({ clock, finder, reader, packer, report, sender }: JobRunnerParts) {
    this.#clock = clock;
    this.#finder = finder;
    this.#reader = reader;
    this.#packer = packer;
    this.#report = report;
    this.#sender = sender;
  }

  /** Whether bodies wait for promises. */
  get waits(): boolean {
    return this.#pending.size > 0;
  }

  /** Runs the job of a batch that the reader has come to. */
  run(batch: BatchMessage, index: number): void {
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
    const { now, origin } = this.#clock;
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

  /** A batch is at its end: what comes is in no body. */
  leaveScope(): void {
    currentScope.enterWith(undefined);
    this.#scope = undefined;
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
      this.#sender.sendSoon();
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

  /** Tells the body of a job that waits for a promise that it is not wanted any more. */
  abort(batch: number, index: number, reason: string): void {
    const scope = this.#pending.get(keyOf(batch, index));
    if (scope !== undefined) abortScope(scope, new DagError('DAG_ABORTED', { message: reason }));
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
      const { now, origin } = this.#clock;
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
}

function keyOf(batch: number, index: number): string {
  return `${batch.toString()}:${index.toString()}`;
}

/** The fingerprint of the arguments that a body may not write to. */
function borrowedPrint(args: readonly unknown[], donated: readonly number[]): string {
  return fingerprint(args.filter((_, at) => !donated.includes(at)));
}
