/** The operations at which a thread could be overtaken by another. */
const operations = ['load', 'store', 'compareExchange', 'or'] as const;

/**
 * Runs `body` with `preempt` called before each atomic operation, as if another thread ran there. The operations that
 * `preempt` itself does are not preempted again.
 */
export function preempting(preempt: () => void, body: () => void): void {
  const target = Atomics as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = operations.map((name) => [name, target[name]] as const);
  let inside = false;
  for (const [name, original] of originals) {
    target[name] = (...args) => {
      if (!inside) {
        inside = true;
        preempt();
        inside = false;
      }
      return original?.(...args);
    };
  }
  try {
    body();
  } finally {
    for (const [name, original] of originals) if (original !== undefined) target[name] = original;
  }
}
