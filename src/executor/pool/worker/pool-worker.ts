import { scopes } from '../../../graph/scope.js';
import { blocks } from '../../../memory/blocks.js';
import { BEGUN, CLAIMS, clockWord, IMPORTING, unclaimed, type BatchMessage, type DownMessage } from '../messages.js';
import { moduleUrl } from '../node-addresses.js';
import { Intake } from './intake.js';
import { codecsMissingIn, JobReader } from './job-reader.js';
import { JobRunner } from './job-runner.js';
import { NodeFinder } from './node-finder.js';
import { Report } from './report.js';
import { ReportSender } from './report-sender.js';
import { ResultPacker } from './result-packer.js';
import type { WorkerParts } from './worker-parts.js';

/** Runs the jobs of one thread, batch by batch. */
export class PoolWorker {
  readonly #parts: WorkerParts;
  readonly #finder: NodeFinder;
  readonly #intake: Intake;
  readonly #reader: JobReader;
  readonly #runner: JobRunner;
  readonly #report = new Report();
  readonly #sender: ReportSender;
  #busy = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#finder = new NodeFinder(parts.importModule);
    this.#intake = new Intake(parts, (order) => {
      if (order.type === 'stop') parts.stop?.();
      else this.#cancel(order.batch, order.index, order.reason);
    });
    const report = this.#report;
    const finder = this.#finder;
    const reader = new JobReader(finder);
    const packer = new ResultPacker(finder);
    const sender = new ReportSender(parts, { report, packer });
    this.#reader = reader;
    this.#sender = sender;
    this.#runner = new JobRunner({ clock: parts, finder, reader, packer, report, sender });
    // Bodies are in scopes as long as there are messages.
    scopes.enter();
  }

  /** Takes a message, and those that come while it works. */
  take(message: DownMessage): void {
    this.#intake.enter(message);
    if (this.#busy) return;
    this.#work();
  }

  #work(): void {
    this.#busy = true;
    this.#intake.beginTurn();
    do {
      for (let batch = this.#intake.first; batch !== undefined; batch = this.#intake.first) {
        if (batch.handles !== undefined) blocks.learn(batch.handles);
        blocks.poison = batch.debug === true;
        if (this.#mustLoad(batch)) {
          void this.#load(batch);
          return;
        }
        this.#intake.shift();
        this.#run(batch);
      }
      // Bodies that wait need the event loop; messages come by it, too.
    } while (!this.#runner.waits && this.#intake.lookOut());
    this.#busy = false;
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
    this.#intake.shift();
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
    this.#sender.begin(begunAt);
    let node = 0;
    let count = 0;
    let since = begunAt;
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
        if (left === 0) left = this.#sender.sendIfLate(this.#reader.keeps);
      }
      count += 1;
      this.#runner.run(batch, index);
    }
    if (count > 0 && node > 0) this.#report.cost(node, count, now() - since);
    this.#reader.close();
    this.#runner.leaveScope();
    this.#sender.send();
  }

  #cancel(batch: number, index: number, reason: string): void {
    this.#runner.abort(batch, index, reason);
    this.#parts.post({ type: 'heard', batch, index });
  }
}
