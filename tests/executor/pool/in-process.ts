import { EventEmitter } from 'node:events';
import * as threads from 'node:worker_threads';
import { jest } from '@jest/globals';
import type { ThreadSetup } from '../../../src/executor/pool/messages.js';

/** The number of the library's copies that were loaded for threads and are not ended. */
let live = 0;
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
    if (live > 0) throw new Error('Only one thread at a time can be one of this process.');
    live += 1;
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

  terminate(): Promise<number> {
    if (!this.#over) {
      this.#over = true;
      live -= 1;
      this.#setup.port.close();
      setImmediate(() => this.emit('exit', 1));
    }
    return Promise.resolve(1);
  }
}

/** From now on pools start their threads in this process. Gives what ends that. */
export function useInProcessThreads(): () => void {
  const { getBuiltinModule } = process;
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
  return () => {
    process.getBuiltinModule = getBuiltinModule;
  };
}
