import { dirname, join } from 'node:path';
import { arrowContent } from './arrow-content.js';
import { kindOf, rebuilt, type Arrow, type Kind, type Table } from './arrow-rebuilt.js';
import type { LibraryCodec } from './library-codec.js';
import { isLoaded, loadFile, resolvePeer } from './peer.js';

/** The package has two builds whose classes do not know each other. */
type Build = 'cjs' | 'esm';

/** A value of Arrow. */
interface PlainArrow {
  readonly kind: Kind;
  readonly build: Build;
  /** File of the package that the sender has, which the receiver prefers. */
  readonly file: string;
  /** The value as a stream of Arrow's interchange format. */
  readonly bytes: Uint8Array;
}

const COLUMN = 'vector';

/** What values that came from another thread were made of: they are handed on without being encoded again. */
const origins = new WeakMap<object, PlainArrow>();
const loaded = new Map<string, Arrow>();

function fileOf(build: Build): string {
  const file = resolvePeer('apache-arrow', 'A value of Apache Arrow');
  return build === 'cjs' ? file : join(dirname(file), 'Arrow.node.mjs');
}

function load(file: string): Arrow {
  let arrow = loaded.get(file);
  if (arrow === undefined) {
    arrow = loadFile(file) as Arrow; // a build of the package
    loaded.set(file, arrow);
  }
  return arrow;
}

/** The build of which a value is: the CommonJS one when it is loaded, else the other. */
function buildOf(instance: object, kind: Kind): Build | undefined {
  // What is there already costs nothing to load, and only of CommonJS can be told whether it is there.
  const builds: readonly Build[] = isLoaded(fileOf('cjs')) ? ['cjs', 'esm'] : ['esm', 'cjs'];
  return builds.find((build) => {
    try {
      const { prototype } = load(fileOf(build))[kind];
      // Not by `instanceof`, for which newer versions count other builds in.
      return Object.prototype.isPrototypeOf.call(prototype as object, instance);
    } catch {
      return false; // where ES modules cannot be required, the other build may still be it
    }
  });
}

function encode(instance: object): PlainArrow {
  const origin = origins.get(instance);
  if (origin !== undefined) return origin;
  const kind = kindOf(instance) ?? 'Table';
  const own = buildOf(instance, kind);
  const build = own ?? 'cjs';
  const file = fileOf(build);
  const arrow = load(file);
  const value = own === undefined ? rebuilt(instance, arrow) : instance;
  return { kind, build, file, bytes: arrow.tableToIPC(tableOf(value, kind, arrow), 'stream') };
}

function tableOf(instance: object, kind: Kind, arrow: Arrow): Table {
  if (kind === 'Table') return instance as Table; // by its kind
  return new arrow.Table(kind === 'Vector' ? { [COLUMN]: instance } : [instance]);
}

function decode(plain: PlainArrow): object {
  const arrow = receive(plain);
  const table = arrow.tableFromIPC(plain.bytes); // the columns are views of these bytes
  const value = valueOf(table, plain.kind, arrow);
  origins.set(value, plain);
  return value;
}

/** The sender's build of the package, from the sender's file where that is here too. */
function receive({ build, file }: PlainArrow): Arrow {
  try {
    return load(file);
  } catch {
    return load(fileOf(build));
  }
}

function valueOf(table: Table, kind: Kind, arrow: Arrow): object {
  if (kind === 'Table') return table;
  if (kind === 'RecordBatch') return (table.batches[0] ?? new arrow.Table(table.schema).batches[0]) as object;
  const vector = table.getChild(COLUMN);
  if (vector === null) throw new TypeError('The stream has no column');
  return vector;
}

/**
 * Tables, record batches and vectors of Apache Arrow, by way of its interchange format: encoded once, into one block,
 * over which every receiver makes a table without a copy. The receiver's values are of the same build of the package
 * as the sender's, ES module or CommonJS, since the modules of the program are the same in all threads. Where that
 * build cannot be had at once (bundles, loaders that hook `require`), they are of the CommonJS build.
 */
export const arrowCodec: LibraryCodec = {
  name: 'lazydag:apache-arrow',
  module: '',
  recognises: (instance) => kindOf(instance) !== undefined,
  encode,
  decode,
  contentOf: arrowContent,
};
