import { AsyncLocalStorage } from 'node:async_hooks';
import { keepNodes } from '../../../graph/registry.js';
import { HALT, thread } from '../../../graph/thread.js';
import { blocks } from '../../../memory/blocks.js';
import { POOL_THREAD, REPLIED, type DownMessage, type ThreadSetup } from '../messages.js';
import { ownFile } from '../worker-file.js';
import { Mailbox } from '../mailbox.js';
import { mayBeThread, workerThreads } from '../node-modules.js';
import { registerTypeScriptLoader } from './typescript-loader.js';

/** Milliseconds that the import of a module may take, and after one was stopped on the way. */
const LONGEST_IMPORT = 60_000;
const AFTER_A_HALT = 10_000;

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
    halted = true;
    importing.getStore()?.();
  });
  keepNodes();
  blocks.attach(directory, number);
  blocks.maxBytes = maxBytes;
  // Without the loader, importing what it loads fails, and tells why.
  const loader = registerTypeScriptLoader().catch(() => undefined);
  const importModule = async (url: string): Promise<object | undefined> => {
    await loader;
    // In a bundle, the module with the nodes is the one that this thread was started with.
    if (url === ownFile()?.href && halted) return undefined;
    // What imports a module that was halted waits for it for ever.
    const limit = halted ? AFTER_A_HALT : LONGEST_IMPORT;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        if (halted) done(undefined);
        else fail(new Error(`it did not come to its end within ${limit.toString()} ms`));
      }, limit);
      const halt = (): void => {
        clearTimeout(timer);
        done(undefined);
      };
      importing
        .run(halt, () => import(url) as Promise<object>)
        .catch((error: unknown) => {
          if (error === HALT) return undefined;
          throw error;
        })
        .finally(() => {
          clearTimeout(timer);
        })
        .then(done, fail);
    });
  };
  // What only threads need is not loaded anywhere else.
  void import('./pool-worker.js').then(({ PoolWorker }) => {
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
      stop: () => {
        // Written in order: what bodies wrote is on its way before it.
        process.stdout.write('', () => {
          process.stderr.write('', () => {
            process.exit();
          });
        });
      },
      now: () => performance.now(),
      origin: performance.timeOrigin,
    });
    port.on('message', (message: DownMessage) => {
      worker.take(message);
    });
    port.postMessage({ type: 'ready' });
  });
}
