import { dirname, join } from 'node:path';
import type { LibraryCodec } from './library-codec.js';
import { isLoaded, loadFile, resolvePeer } from './peer.js';

/** What of `apache-arrow` is used; its types are not part of ours, since it may not be installed. */
interface Arrow {
  readonly Table: new (content: unknown) => Table;
  readonly RecordBatch: new (schema: unknown) => object;
  readonly Vector: NewableFunction;
  tableToIPC(table: Table, type: 'stream'): Uint8Array;
  tableFromIPC(bytes: Uint8Array): Table;
}

interface Table {
  readonly schema: unknown;
  readonly batches: readonly object[];
  getChild(name: string): object | null;
}

type Kind = 'Table' | 'RecordBatch' | 'Vector';
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

const KINDS: readonly Kind[] = ['Table', 'RecordBatch', 'Vector'];
/** By these symbols Arrow tells its values apart, whichever copy of the package they are of. */
const symbols = KINDS.map((kind) => Symbol.for(`apache-arrow/${kind}`));
const COLUMN = 'vector';

/** What values that came from another thread were made of: they are handed on without being encoded again. */
const origins = new WeakMap<object, PlainArrow>();
const loaded = new Map<string, Arrow>();

function kindOf(instance: object): Kind | undefined {
  const index = symbols.findIndex((symbol) => (instance as Record<symbol, unknown>)[symbol] === true);
  return KINDS[index];
}

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

/** The build of which a value is: the CommonJS one when it is loaded, else the other; both where the first is not it. */
function buildOf(
  instance: object,
  kind: Kind,
): { readonly build: Build; readonly file: string; readonly arrow: Arrow } {
  let failure: unknown;
  // What is there already costs nothing to load, and only of CommonJS can be told whether it is there.
  const builds: readonly Build[] = isLoaded(fileOf('cjs')) ? ['cjs', 'esm'] : ['esm', 'cjs'];
  for (const build of builds) {
    const file = fileOf(build);
    try {
      const arrow = load(file);
      // Not by `instanceof`, for which newer versions count other builds in.
      if (Object.prototype.isPrototypeOf.call(arrow[kind].prototype as object, instance)) return { build, file, arrow };
    } catch (thrown) {
      failure ??= thrown; // where ES modules cannot be required, the other build may still be it
    }
  }
  // Told with the path of the value by whoever packs it.
  throw new Error(
    `it is not of the package apache-arrow at ${dirname(fileOf('cjs'))}; install that once (\`npm ls apache-arrow\`) and leave it out of bundles`,
    failure === undefined ? {} : { cause: failure },
  );
}

function encode(instance: object): PlainArrow {
  const origin = origins.get(instance);
  if (origin !== undefined) return origin;
  const kind = kindOf(instance) ?? 'Table';
  const { arrow, ...rest } = buildOf(instance, kind);
  return { kind, ...rest, bytes: arrow.tableToIPC(tableOf(instance, kind, arrow), 'stream') };
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
  if (kind === 'RecordBatch') return table.batches[0] ?? new arrow.RecordBatch(table.schema);
  const vector = table.getChild(COLUMN);
  if (vector === null) throw new TypeError('The stream has no column');
  return vector;
}

/**
 * Tables, record batches and vectors of Apache Arrow, by way of its interchange format: encoded once, into one block,
 * over which every receiver makes a table without a copy. The receiver's values are of the same build of the package
 * as the sender's, ES module or CommonJS: the modules of the program are the same in all threads.
 */
export const arrowCodec: LibraryCodec = {
  name: 'lazydag:apache-arrow',
  module: '',
  recognises: (instance) => kindOf(instance) !== undefined,
  encode,
  decode,
};
