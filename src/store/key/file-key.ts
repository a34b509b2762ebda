import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { DagError } from '../../errors.js';
import { checkByRules, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';

/** What of a file counts. */
export interface FileKeyOptions {
  /** What it holds, read to the end; otherwise its size and the time of its last change. Default false. */
  readonly content?: boolean | undefined;
}

const RULES: OptionRules<FileKeyOptions> = {
  content: { expected: 'true or false', allows: (given) => typeof given === 'boolean' },
};
const CHUNK = 1 << 20;

/**
 * What stands for a file in the option `key` of a node that reads it: another text once the file has changed. A file
 * that is missing has a text of its own. Nothing of the path is in it. O(1), with `content` O(size).
 *
 * ```ts
 * import { node } from 'lazydag';
 * import { fileKey } from 'lazydag/store';
 *
 * const load = node((path: string) => path.length, { name: 'load', key: (path: string) => fileKey(path) });
 * fileKey('no such file.csv'); // => 'missing'
 * ```
 *
 * @throws DAG_OPTION for anything but a path or a URL; what reading the file throws.
 */
export function fileKey(path: string | URL, options: FileKeyOptions = {}): string {
  const given: unknown = path;
  if (typeof given !== 'string' && !(given instanceof URL)) {
    throw new DagError('DAG_OPTION', {
      message: `fileKey() expects a path or a URL, got ${inspect(given, { depth: 0 })}.`,
      remedy: 'The path must be known when the call is made; what a call gives has a key already.',
    });
  }
  checkIsOptions(options, 'fileKey()');
  checkByRules<FileKeyOptions>(options, { subject: 'fileKey()', rules: RULES });
  try {
    if (options.content === true) return `sha256 ${contentHash(given)}`;
    const { size, mtimeNs } = statSync(given, { bigint: true });
    return `size ${size.toString()} mtime ${mtimeNs.toString()}`;
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown }; // node throws errors
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw thrown;
  }
}

function contentHash(path: string | URL): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
