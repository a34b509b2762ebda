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

/** The folder that holds the library: of its code in `src/` or `dist/`, and with source maps both are seen in stacks. */
const OWN_FOLDERS = ownFolders();

function ownFolders(): readonly string[] {
  // A bundler that writes CommonJS leaves no URL; the library is in one file with its user then.
  if (!URL.canParse('.', import.meta.url)) return [];
  const home = new URL('.', import.meta.url).href.replace(/(src\/graph|dist|dist\/[^/]+)\/$/, '');
  return [`${home}src/`, `${home}dist/`];
}

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

/** Whether a frame belongs to the library or to Node.js itself. */
function isOwn(file: string): boolean {
  const url = file.startsWith('/') ? `file://${file}` : file;
  return url.startsWith('node:') || OWN_FOLDERS.some((folder) => url.startsWith(folder));
}

/** `file:line:column` with the file's last two path segments. */
export function formatCallSite({ file, line, column }: CallSite): string {
  return `${file.split(/[\\/]/).slice(-2).join('/')}:${line.toString()}:${column.toString()}`;
}

/**
 * The script that the innermost place outside the library was in, as it can be imported: not the source that a source
 * map names. The stack must not have been read before.
 */
export function scriptOf(captured: Error): string | undefined {
  const holder: { prepareStackTrace?: unknown } = Error;
  const before = holder.prepareStackTrace;
  let files: (string | undefined)[] = [];
  Error.prepareStackTrace = (_, sites) => {
    files = sites.map((site) => site.getScriptNameOrSourceURL() ?? undefined);
    return '';
  };
  try {
    Reflect.get(captured, 'stack'); // the engine calls the function above
  } finally {
    holder.prepareStackTrace = before;
  }
  return files.find((file) => file !== undefined && file !== '' && !isOwn(file));
}
