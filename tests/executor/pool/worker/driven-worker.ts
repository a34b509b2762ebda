import type { NodeFunction } from 'lazydag';
import { specOf } from '../../../../src/graph/node.js';
import { DagError } from '../../../../src/errors.js';
import { Mailbox } from '../../../../src/executor/pool/mailbox.js';
import {
  CONTROL_WORDS,
  CLAIMS,
  unclaimed,
  type BatchMessage,
  type DownMessage,
  type NodeAddress,
  type UpMessage,
} from '../../../../src/executor/pool/messages.js';
import { addressOf } from '../../../../src/executor/pool/node-addresses.js';
import { PoolWorker } from '../../../../src/executor/pool/worker/pool-worker.js';
import { blocks } from '../../../../src/memory/blocks.js';

/** The address of a node as the pool tells it. */
export function addressFor(node: NodeFunction<never[]>): NodeAddress {
  const spec = specOf(node);
  const address = spec === undefined ? undefined : addressOf(spec.identity);
  if (address === undefined || address instanceof DagError) throw new Error(`${node.name} cannot be found by threads`);
  return address;
}

/** A worker that a test drives by messages, with a clock of its own. */
export class DrivenWorker {
  readonly control = new Int32Array(CONTROL_WORDS);
  readonly inbox = new Mailbox(Mailbox.allocate());
  readonly outbox = new Mailbox(Mailbox.allocate());
  /** What the worker has sent, as it arrives. */
  readonly posted: UpMessage[] = [];
  /** What has come for it and was not taken. */
  readonly coming: DownMessage[] = [];
  readonly imported: string[] = [];
  /** Milliseconds that pass between two looks at the clock. */
  step = 0.01;
  /** Is called with every look at the clock. */
  looked: () => void = () => undefined;
  stopped = false;
  #now = 1000;
  readonly #worker: PoolWorker;

  constructor() {
    blocks.share();
    this.#worker = new PoolWorker({
      control: this.control,
      inbox: this.inbox,
      outbox: this.outbox,
      post: (message) => {
        this.posted.push(structuredClone(message));
      },
      receive: () => this.coming.shift(),
      importModule: async (url) => {
        this.imported.push(url);
        return (await import(url)) as object;
      },
      stop: () => {
        this.stopped = true;
      },
      now: () => {
        this.looked();
        this.#now += this.step;
        return this.#now;
      },
      origin: 5_000_000,
    });
  }

  /** Claim word of a batch. */
  claim(batch: number): number {
    return this.control[batch % CLAIMS] ?? -1;
  }

  /** Makes a batch ready to be taken. */
  announce(message: BatchMessage): BatchMessage {
    const [id] = message.batch;
    this.control[id % CLAIMS] = unclaimed(id);
    return message;
  }

  /** Gives the worker a message. */
  take(message: DownMessage): void {
    this.#worker.take(message);
  }

  /** Lets the worker learn of nodes. */
  async teach(...nodes: readonly NodeFunction<never[]>[]): Promise<number[]> {
    const addresses = nodes.map((node) => addressFor(node));
    this.take(this.announce({ batch: [63, 0], words: [], nodes: addresses }));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resume) => setImmediate(resume));
    this.posted.length = 0;
    return addresses.map(({ id }) => id);
  }

  /** What was reported of each job, as `batch:index`. */
  get results(): Map<string, unknown> {
    const results = new Map<string, unknown>();
    for (const message of this.posted) {
      if (message.type !== undefined) continue;
      const { words } = message;
      for (let at = 0; at < words.length;) {
        const [batch, first, count] = words.slice(at, at + 3) as number[];
        for (let index = 0; index < (count ?? 0); index += 1) {
          results.set(`${String(batch)}:${String((first ?? 0) + index)}`, words[at + 3 + index]);
        }
        at += 3 + (count ?? 0);
      }
    }
    return results;
  }
}
