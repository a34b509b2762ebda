/** A place in the source: where a node was defined, or where a call was made. */
export interface CallSite {
  /** URL or path of the module. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Set LAZYDAG_DEBUG=1 to remember where every call of the process was made; about a microsecond and 500 bytes each. */
export const capturesEveryCall = process.env['LAZYDAG_DEBUG'] === '1';

const FRAME = /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/]|node:|<anonymous>|eval at )[^\n]*?):(\d+):(\d+)\)?$/;
const DEPTH = 12;

/** Files of the library itself: a call site lies outside them. */
const OWN_FILES = new URL('.', import.meta.url).href.replace(/graph\/$/, '');

/**
 * Remembers the current stack without formatting it: V8 formats on the first read of `stack`, so that a capture costs
 * about a microsecond and is read only when somebody asks.
 */
export function captureStack(below: NewableFunction | CallableFunction): Error {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const holder = new Error();
  Error.captureStackTrace(holder, below);
  Error.stackTraceLimit = before;
  return holder;
}

/** The innermost place outside the library of a captured stack, or undefined where the stack names none. */
export function callSiteOf(captured: Error): CallSite | undefined {
  for (const text of (captured.stack ?? '').split('\n').slice(1)) {
    const match = FRAME.exec(text.trim());
    if (match?.[1] !== undefined && !isOwn(match[1]))
      return { file: match[1], line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

function isOwn(file: string): boolean {
  const url = file.startsWith('/') ? `file://${file}` : file;
  return url.startsWith(OWN_FILES);
}

/** `file:line:column` with the file's last two path segments. */
export function formatCallSite({ file, line, column }: CallSite): string {
  return `${file.split(/[\\/]/).slice(-2).join('/')}:${line.toString()}:${column.toString()}`;
}
