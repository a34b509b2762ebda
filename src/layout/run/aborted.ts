import { DagError } from '../../errors.js';

/** What a layout that its signal has aborted fails with. @param doing what went on then. */
export function aborted({ reason }: AbortSignal, doing?: string): DagError {
  const meanwhile = doing === undefined ? '' : ` while ${doing} went on`;
  return new DagError('DAG_ABORTED', { message: `The layout was aborted by its signal${meanwhile}.`, cause: reason });
}

/** What something gives, unless the signal is aborted before. @throws DAG_ABORTED */
export async function unlessAborted<Given>(
  given: Given | PromiseLike<Given>,
  signal: AbortSignal | undefined,
): Promise<Given> {
  if (signal === undefined) return given;
  let giveUp = (): void => undefined;
  const over = new Promise<never>((_, reject) => {
    giveUp = (): void => {
      reject(aborted(signal, 'setup()'));
    };
  });
  signal.addEventListener('abort', giveUp);
  try {
    return await Promise.race([given, over]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
