import { isMainThread, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { keepUnnamed } from '../../../graph/registry.js';
import { HALT, thread } from '../../../graph/thread.js';
import { blocks } from '../../../memory/blocks.js';
import { POOL_THREAD, type DownMessage, type ThreadSetup } from '../messages.js';
import { PoolWorker } from './pool-worker.js';
import { registerTsx } from './tsx-loader.js';

/** On a thread of a pool, serves the pool; elsewhere does nothing. Is called when the library is loaded. */
export function serveIfThread(): void {
  const setup: unknown = workerData;
  if (!isMainThread && isSetup(setup) && !thread.pooled) serve(setup);
}

function isSetup(setup: unknown): setup is ThreadSetup {
  return typeof setup === 'object' && setup !== null && 'role' in setup && setup.role === POOL_THREAD;
}

let loaders: Promise<void> | undefined;

/** Imports a module with the loaders of the process. */
async function importWithLoaders(url: string): Promise<object> {
  // Without its loader, the import says what is wrong.
  loaders ??= registerTsx(process.execArgv).catch(() => undefined);
  await loaders;
  return (await import(url)) as object; // a module's exports
}

function serve({ thread: number, directory, control, port }: ThreadSetup): void {
  let halted = false;
  let halt = (): void => {
    halted = true;
  };
  thread.join(() => {
    halt();
  });
  keepUnnamed();
  blocks.attach(directory, number);
  const importModule = (url: string): Promise<object | undefined> => {
    // In a bundle, the module with the nodes is the one that this thread was started with.
    if (url === import.meta.url && halted) return Promise.resolve(undefined);
    return new Promise((done, fail) => {
      halt = () => {
        done(undefined);
      };
      importWithLoaders(url)
        .catch((error: unknown) => {
          if (error === HALT) return undefined;
          throw error;
        })
        .then(done, fail);
    });
  };
  const worker = new PoolWorker({
    control: new Int32Array(control),
    post: (message) => {
      port.postMessage(message);
    },
    receive: () => receiveMessageOnPort(port)?.message as DownMessage | undefined, // what the pool sends
    importModule,
    now: () => performance.now(),
    origin: performance.timeOrigin,
  });
  port.on('message', (message: DownMessage) => {
    worker.take(message);
  });
  port.postMessage({ type: 'ready' });
}
