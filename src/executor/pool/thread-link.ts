import type { MessagePort, Worker } from 'node:worker_threads';
import { blocks } from '../../memory/blocks.js';
import { Mailbox } from './mailbox.js';
import { POOL_THREAD, type DownMessage, type ThreadSetup, type UpMessage } from './messages.js';
import { workerThreads } from './node-modules.js';
import type { ThreadOptions } from './pool-options.js';
import type { ThreadControl } from './thread-control.js';
import { workerFile } from './worker-file.js';

/** What a link is made of. */
export interface LinkParts {
  /** Of the thread, among all that share blocks. */
  readonly number: number;
  /** Of the thread, among those of its pool. */
  readonly name: number;
  readonly options: ThreadOptions;
  readonly control: ThreadControl;
  /** A message has come by the event loop. */
  readonly took: (message: UpMessage) => void;
  /** The thread is gone; `error` is what was thrown outside of bodies, if anything was. */
  readonly ended: (code: number, error: { readonly value: unknown } | undefined) => void;
}

/** How often to look between two looks at the clock. */
const LOOKS = 16;
/** Milliseconds that a thread has to send off what was written to the console, before it is ended. */
const LAST_WORDS = 300;

/** One thread of the system with the ways to talk to it: a port, and a mailbox for each direction. */
export class ThreadLink {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #receiveOn: (port: MessagePort) => { message: unknown } | undefined;
  readonly #inbox: Mailbox;
  readonly #outbox: Mailbox;
  readonly #control: ThreadControl;
  /** Settles when the thread has ended. */
  readonly exited: Promise<void>;

  /** Starts the thread. */
  constructor({ number, name, options, control, took, ended }: LinkParts) {
    this.#control = control;
    const inbox = Mailbox.allocate();
    const outbox = Mailbox.allocate();
    this.#inbox = new Mailbox(inbox);
    this.#outbox = new Mailbox(outbox);
    const threads = workerThreads();
    const { port1, port2 } = new threads.MessageChannel();
    this.#receiveOn = threads.receiveMessageOnPort;
    this.#port = port1;
    const setup: ThreadSetup = {
      role: POOL_THREAD,
      thread: number,
      directory: blocks.share(),
      maxBytes: blocks.maxBytes,
      control: control.memory,
      inbox,
      outbox,
      port: port2,
    };
    this.#worker = new threads.Worker(workerFile(), {
      name: `lazydag-${name.toString()}`,
      workerData: setup,
      transferList: [port2],
      argv: process.argv.slice(2),
      ...options,
    });
    this.#worker.unref();
    port1.on('message', took);
    port1.unref();
    let thrown: { readonly value: unknown } | undefined;
    this.#worker.on('error', (error) => {
      thrown = { value: error };
    });
    this.exited = new Promise((done) => {
      this.#worker.on('exit', (code) => {
        ended(code, thrown);
        done();
      });
    });
  }

  /** Keeps the process alive for it. */
  ref(): void {
    this.#worker.ref();
  }

  /** Lets the process end without it. */
  unref(): void {
    this.#worker.unref();
  }

  /** Posts a message, and says so to a thread that looks out. */
  post(message: DownMessage): void {
    this.#port.postMessage(message);
    this.#control.signal();
  }

  /** Puts a message of numbers into the mailbox of a thread that looks out; gives whether it could be had. */
  put(lists: readonly (readonly unknown[])[]): boolean {
    return this.#inbox.put(lists);
  }

  /** The next message that was posted, without waiting for the event loop. */
  receive(): UpMessage | undefined {
    return this.#receiveOn(this.#port)?.message as UpMessage | undefined; // what the worker sends
  }

  /** Looks out for what the thread sends, for so many milliseconds, until {@link closeOutbox}; gives whether anything came. */
  lookOut(duration: number): boolean {
    const seen = this.#control.replied;
    this.#outbox.open();
    for (const until = performance.now() + duration; performance.now() < until;) {
      for (let look = 0; look < LOOKS; look += 1) if (this.#outbox.full || this.#control.replied !== seen) return true;
    }
    return false;
  }

  /** Looks out no more. Gives the lists of numbers that are in the mailbox: all that was posted came before them. */
  closeOutbox(): readonly (readonly number[])[] | undefined {
    return this.#outbox.close();
  }

  /** Lets go of the port of a thread that is gone. */
  close(): void {
    this.#port.close();
  }

  /** Ends the thread. */
  terminate(): void {
    void this.#worker.terminate();
  }

  /** Ends a thread that has nothing to do, once it has sent off what bodies have written to the console. */
  stop(): void {
    this.#worker.ref();
    this.post({ type: 'stop' });
    setTimeout(() => {
      this.terminate();
    }, LAST_WORDS).unref();
  }
}
