import { EventEmitter } from 'node:events';
import * as threads from 'node:worker_threads';
import { jest } from '@jest/globals';
import type { ThreadSetup } from '../../../src/executor/pool/messages.js';

/** The thread whose copy of the library was loaded, until it has ended. */
let live: InProcessWorker | undefined;
let loading: Promise<unknown> = Promise.resolve();
let starting: ThreadSetup | undefined;

/**
 * In place of a thread, a second copy of the library in this process: what it does is seen by the debugger, and counts as
 * covered. One at a time, for modules that it imports are those of the copy that was loaded last.
 */
class InProcessWorker extends EventEmitter {
  readonly #setup: ThreadSetup;
  #over = false;

  constructor(_file: URL, { workerData }: { readonly workerData: ThreadSetup }) {
    super();
    this.#setup = workerData;
    if (live !== undefined) throw new Error('Only one thread at a time can be one of this process.');
    live = this; // eslint-disable-line @typescript-eslint/no-this-alias -- told of by what ends a thread
    loading = loading.then(() => this.#start());
  }

  async #start(): Promise<void> {
    if (this.#over) return;
    jest.resetModules();
    starting = this.#setup;
    const { chdir } = process;
    // On threads it is, by which the library knows that it may be on one.
    process.chdir = Object.assign(() => undefined, { disabled: true });
    try {
      await import('../../../src/index.js');
    } catch (error) {
      this.emit('error', error);
    } finally {
      process.chdir = chdir;
      starting = undefined;
    }
  }

  ref(): void {
    // The process lives as long as the tests run.
  }

  unref(): void {
    // See above.
  }

  /** Ends the thread from inside. */
  exit(code: number): void {
    if (this.#over) return;
    this.#over = true;
    setImmediate(() => {
      live = undefined;
      this.#setup.port.close();
      this.emit('exit', code);
    });
  }

  terminate(): Promise<number> {
    this.exit(1);
    return Promise.resolve(1);
  }
}

/** From now on pools start their threads in this process. Gives what ends that. */
export function useInProcessThreads(): () => void {
  const { getBuiltinModule, exit } = process;
  const give = (name: string): unknown => {
    if (name !== 'node:worker_threads') return getBuiltinModule(name);
    const setup = starting;
    return {
      ...threads,
      Worker: InProcessWorker,
      ...(setup === undefined ? {} : { isMainThread: false, workerData: setup }),
    };
  };
  process.getBuiltinModule = give as typeof getBuiltinModule; // the same modules but for one
  process.exit = ((code = 0) => {
    live?.exit(Number(code));
  }) as typeof exit; // of all that runs meanwhile only threads end themselves
  return () => {
    process.getBuiltinModule = getBuiltinModule;
    process.exit = exit;
  };
}
