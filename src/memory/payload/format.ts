/**
 * The packed form. Primitives stand for themselves; all else is an array whose first element says what it is:
 *
 * - `[PLAIN, value]`: structured clone does it all;
 * - `[VIEW, type, memory, byteOffset, length]`: one typed array, DataView or Buffer;
 * - `[BUFFER, block]`: one bare block;
 * - `[SPECIAL, packed]`: one value that only the caller can pack;
 * - `[TREE, root, program, buffers, codecs]`: plain data with other values in it.
 *
 * In a tree, these other values are left out and put in by a program that runs on the receiving side. It names the
 * containers and keys, and structured clone keeps references within a message, so the program's containers are those
 * of the tree: nothing in the tree stands for something else, so no user data can be mistaken for it, and unpacking
 * costs nothing for the plain parts.
 */
export const PLAIN = 0;
export const VIEW = 1;
export const TREE = 2;
export const SPECIAL = 3;
export const BUFFER = 4;

/** Instructions, each followed by its operands. `MAKE_` appends a value to a list; others refer to it by its index. */
export const MAKE_VIEW = 0; // type, buffer, byteOffset, length
export const MAKE_BUFFER = 1; // buffer
export const MAKE_SPECIAL = 2; // packed
export const MAKE_ERROR = 3; // type, message, name: an error without its properties
export const MAKE_INSTANCE = 4; // codec, holder of what it encoded
export const PUT = 5; // container, key, index of a value
export const LINK = 6; // container, key, another container: where nesting would be too deep for structured clone
export const FILL_MAP = 7; // Map, its keys and values in turn
export const FILL_SET = 8; // Set, its elements
export const FILL_ERROR = 9; // index of the error, its hidden properties, its enumerable properties
export const CLEAR_PROTOTYPE = 10; // object

/** Memory of views: a block, or a buffer that structured clone shares or copies. */
export type PackedBuffer = number | ArrayBufferLike;

type PackedPlain = readonly [kind: typeof PLAIN, value: unknown];
type PackedView = readonly [kind: typeof VIEW, type: number, memory: PackedBuffer, byteOffset: number, length: number];
export type PackedTree = readonly [
  kind: typeof TREE,
  root: readonly [unknown],
  program: readonly unknown[],
  buffers: readonly PackedBuffer[],
  /** Name and module of each codec in turn; a module that is not known is ''. */
  codecs: readonly string[],
];
type PackedSpecial = readonly [kind: typeof SPECIAL, packed: readonly unknown[]];
type PackedBlock = readonly [kind: typeof BUFFER, block: number];

/** Whatever `pack` makes of what is no primitive. */
export type Packed = PackedPlain | PackedView | PackedTree | PackedSpecial | PackedBlock;
