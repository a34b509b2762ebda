/** Whether a body's result is to be awaited. */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result) || Array.isArray(result))
    return false;
  return result instanceof Promise || typeof (result as { then?: unknown }).then === 'function'; // as `await` asks
}
