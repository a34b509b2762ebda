import { AsyncLocalStorage } from 'node:async_hooks';
import { keepUnnamed } from '../../../graph/registry.js';
import { HALT, thread } from '../../../graph/thread.js';
import { blocks } from '../../../memory/blocks.js';
import { POOL_THREAD, REPLIED, type DownMessage, type ThreadSetup } from '../messages.js';
import { Mailbox } from '../mailbox.js';
import { mayBeThread, workerThreads } from '../node-modules.js';
import { PoolWorker } from './pool-worker.js';
import { registerTypeScriptLoader } from './typescript-loader.js';

/** On a thread of a pool, serves the pool; elsewhere does nothing. Is called when the library is loaded. */
export function serveIfThread(): void {
  if (!mayBeThread()) return;
  const { isMainThread, ...threads } = workerThreads();
  const setup: unknown = threads.workerData;
  if (!isMainThread && isSetup(setup) && !thread.pooled) serve(setup);
}

function isSetup(setup: unknown): setup is ThreadSetup {
  return typeof setup === 'object' && setup !== null && 'role' in setup && setup.role === POOL_THREAD;
}

function serve({ thread: number, directory, maxBytes, control, inbox, outbox, port }: ThreadSetup): void {
  let halted = false;
  // Also what a module left behind, such as a timer, is in the context of its import, and ends no other.
  const importing = new AsyncLocalStorage<() => void>();
  thread.join(() => {
    const halt = importing.getStore();
    if (halt === undefined) halted = true;
    else halt();
  });
  keepUnnamed();
  blocks.attach(directory, number);
  blocks.maxBytes = maxBytes;
  // Without the loader, importing what it loads fails, and tells why.
  const loader = registerTypeScriptLoader().catch(() => undefined);
  const importModule = async (url: string): Promise<object | undefined> => {
    await loader;
    // In a bundle, the module with the nodes is the one that this thread was started with.
    if (url === import.meta.url && halted) return undefined;
    return new Promise((done, fail) => {
      const halt = (): void => {
        done(undefined);
      };
      importing
        .run(halt, () => import(url) as Promise<object>)
        .catch((error: unknown) => {
          if (error === HALT) return undefined;
          throw error;
        })
        .then(done, fail);
    });
  };
  const { receiveMessageOnPort } = workerThreads();
  const words = new Int32Array(control);
  const worker = new PoolWorker({
    control: words,
    inbox: new Mailbox(inbox),
    outbox: new Mailbox(outbox),
    post: (message) => {
      port.postMessage(message);
      Atomics.add(words, REPLIED, 1);
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
