import { DagError } from '../../errors.js';
import { moduleUrl } from '../../executor/pool/node-addresses.js';
import { currentScope } from '../../graph/scope.js';
import { thread } from '../../graph/thread.js';
import { codecNamed, type NeededCodec } from '../../memory/payload/codec.js';

/** Milliseconds that an import may take to register its codecs, and between two looks whether it has. */
const LONGEST = 10_000;
const LOOK = 10;

/**
 * Imports the modules that register codecs, as the pool does: on threads of contexts. Never rejects; what is missing after
 * that is told by who decodes.
 */
export async function importCodecs(codecs: readonly NeededCodec[]): Promise<void> {
  // The program of the calling thread imports what it wants itself: a module may be a program of its own.
  if (!thread.pooled) return;
  const urls = new Set(codecs.map(({ module }) => moduleUrl(module)).filter((url) => url !== undefined));
  // Outside of all bodies: a layout that such a module starts is none of this thread's.
  const imports = Array.from(urls, (url) => currentScope.run(undefined, () => import(url) as Promise<unknown>));
  const ended = Promise.allSettled(imports);
  const stop = new AbortController();
  await Promise.race([ended, registered(codecs, stop.signal)]);
  stop.abort();
}

/** A module that goes on beyond its definitions may never come to its end on a thread; its codecs are there before. */
function registered(codecs: readonly NeededCodec[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = performance.now() + LONGEST;
    const timer = setInterval(() => {
      if (performance.now() > end || codecs.every(({ name }) => codecNamed(name) !== undefined)) leave();
    }, LOOK);
    const leave = (): void => {
      clearInterval(timer);
      resolve();
    };
    signal.addEventListener('abort', leave);
  });
}

/** The error for values that need a codec which this thread was not told of. */
export function codecsUnknown([codec]: readonly NeededCodec[]): DagError {
  const { name, module } = codec ?? { name: '', module: '' };
  const imported = thread.pooled ? ' did not register here when it was imported' : ' registers';
  return new DagError('DAG_CANNOT_TRAVEL', {
    message: `A value cannot travel to this thread: it needs the codec ${name}${module === '' ? '' : `, which ${module}${imported}`}.`,
    remedy: thread.pooled
      ? 'Call registerCodec() at the top level of the module, not inside of functions.'
      : 'Import that module where the layout is set up.',
  });
}
