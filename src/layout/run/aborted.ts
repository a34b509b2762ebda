import { DagError } from '../../errors.js';

/** What a layout that its signal has aborted fails with. @param doing what went on then. */
export function aborted({ reason }: AbortSignal, doing?: string): DagError {
  const meanwhile = doing === undefined ? '' : ` while ${doing} went on`;
  return new DagError('DAG_ABORTED', { message: `The layout was aborted by its signal${meanwhile}.`, cause: reason });
}

/** @throws DAG_ABORTED */
export function throwIfAborted(signal: AbortSignal | undefined, doing?: string): void {
  if (signal?.aborted === true) throw aborted(signal, doing);
}

/** What `setup` gives, unless the signal is aborted before it has ended. @throws DAG_ABORTED */
export async function unlessAborted<Given>(
  setup: () => Given | PromiseLike<Given>,
  signal: AbortSignal | undefined,
): Promise<Given> {
  if (signal === undefined) return setup();
  throwIfAborted(signal);
  let giveUp = (): void => undefined;
  const over = new Promise<never>((_, reject) => {
    giveUp = (): void => {
      reject(aborted(signal, 'setup()'));
    };
  });
  signal.addEventListener('abort', giveUp);
  try {
    return await Promise.race([over, setup()]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
