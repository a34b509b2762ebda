import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DagError } from '../errors.js';
import { toGraphology } from '../graph/graphology.js';
import { toDot } from './dot.js';
import { toMermaid } from './mermaid.js';
import { checkViewOptions, type ViewOptions } from './options.js';
import { toSvg } from './svg.js';

type Format = (target: unknown, options: ViewOptions) => string | Promise<string>;

const FORMATS: Readonly<Record<string, Format>> = {
  '.dot': toDot,
  '.gv': toDot,
  '.mmd': toMermaid,
  '.svg': toSvg,
  '.json': toJson,
};

/**
 * Writes a picture in the format that the extension names: `.svg`, `.dot` or `.gv`, `.mmd` (Mermaid), or `.json`, which
 * is the graph for `Graph.from()` of graphology and has no limits unless they are given. The file is there whole or
 * not at all.
 *
 * @param target a Future, a Graph, or an array, plain object, Map or Set with Futures inside.
 * @throws DAG_OPTION for another extension, and what the format's own function throws. All of them reject the promise.
 */
export async function save(target: unknown, path: string | URL, options: ViewOptions = {}): Promise<void> {
  const file = path instanceof URL ? fileURLToPath(path) : path;
  const extension = extname(file).toLowerCase();
  const format = Object.hasOwn(FORMATS, extension) ? FORMATS[extension] : undefined;
  if (format === undefined) {
    throw new DagError('DAG_OPTION', {
      message: `save() expects a path that ends in ${Object.keys(FORMATS).join(', ')}, got ${JSON.stringify(file)}.`,
      remedy: 'Other formats can be made of these, such as PNG of SVG.',
    });
  }
  await writeWhole(file, await format(target, options));
}

function toJson(target: unknown, options: ViewOptions): string {
  const { detail } = checkViewOptions(options, 'save');
  const { maxNodes = Infinity, maxDepth = Infinity } = options;
  return `${JSON.stringify(toGraphology(target, { detail, maxNodes, maxDepth }).export(), undefined, 2)}\n`;
}

/** Under another name first: nobody ever reads half a file. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
