/** A failure in a few words, for a cell of a table. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.split('\n')[0] ?? '';
  if (text === 'Maximum call stack size exceeded') return `${error.name} (stack)`;
  return error.name === 'UnsupportedShape' ? text : `${error.name}: ${text}`;
}
