import { fileURLToPath } from 'node:url';

/** A place in the source: where a node was defined, or where a call was made. */
export interface CallSite {
  /** URL or path of the module. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Set LAZYDAG_DEBUG=1 to remember where every call of the process was made; about a microsecond and 500 bytes each. */
export const capturesEveryCall = process.env['LAZYDAG_DEBUG'] === '1';

/** What ends a frame that tells of a place; `async Promise.all (index 0)` and `Array.map (<anonymous>)` do not. */
const POSITION = /:(\d+):(\d+)\)?$/;
/** Beginnings of places. Names of functions may hold anything, spaces, slashes and parentheses included, and so may paths. */
const URL_START = String.raw`file:\/\/|node:|[a-z][a-z\d+.-]+:\/\/|eval at `;
const PATH_START = String.raw`\/|[A-Za-z]:[\\/]|\\\\|<anonymous>`;
/** The place of a frame that names its function. A URL is preferred: what looks like a path may be part of the name. */
const URL_AFTER_NAME = new RegExp(` \\(((?:${URL_START}).*)$`);
const PATH_AFTER_NAME = new RegExp(` \\(((?:${PATH_START}).*)$`);
/** The place of any other. */
const ALONE = new RegExp(`^((?:${URL_START}|${PATH_START}).*)$`);
const DEPTH = 12;

/** The folders of the library, as URLs and as paths: of its code in `src/` or `dist/`, and with source maps both are seen in stacks. */
const OWN_FOLDERS = ownFolders();

function ownFolders(): readonly string[] {
  // A bundler that writes CommonJS leaves no URL; the library is in one file with its user then.
  if (!URL.canParse('.', import.meta.url)) return [];
  const home = new URL('.', import.meta.url).href.replace(/(src\/graph|dist|dist\/[^/]+)\/$/, '');
  const folders = [`${home}src/`, `${home}dist/`];
  return home.startsWith('file:') ? [...folders, ...folders.map((folder) => fileURLToPath(folder))] : folders;
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
    const site = siteOf(text.trim());
    if (site !== undefined && !isOwn(site.file)) return site;
  }
  return undefined;
}

/** The place that a line of a stack tells of, in the format of V8. */
function siteOf(text: string): CallSite | undefined {
  const position = POSITION.exec(text);
  if (position === null) return undefined;
  const [end, line, column] = position;
  const frame = text.slice(0, -end.length).replace(/^at (?:async )?/, '');
  const file = end.endsWith(')')
    ? (URL_AFTER_NAME.exec(frame) ?? PATH_AFTER_NAME.exec(frame))?.[1]
    : ALONE.exec(frame)?.[1];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** Whether a frame belongs to the library or to Node.js itself. */
function isOwn(file: string): boolean {
  return file.startsWith('node:') || OWN_FOLDERS.some((folder) => file.startsWith(folder));
}

/** `file:line:column` with the file's last two path segments; what was evaluated from a text has no file. */
export function formatCallSite({ file, line, column }: CallSite): string {
  const place = file.startsWith('eval at ') ? '<anonymous>' : file.split(/[\\/]/).slice(-2).join('/');
  return `${place}:${line.toString()}:${column.toString()}`;
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
