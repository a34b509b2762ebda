/**
 * What begins every part of the canonical form. Each is followed by a known number of bytes, or by a length, so that no
 * two values have the same form. The numbers are part of every stored key: never change one.
 */
export const UNDEFINED = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
export const NUMBER = 4;
export const NOT_A_NUMBER = 5;
export const BIGINT = 6;
/** Length in bytes, UTF-8. */
export const TEXT = 7;
/** Length in bytes, UTF-16: there are lone surrogates, which UTF-8 cannot tell apart. */
export const BROKEN_TEXT = 8;
/** Length in characters, digest of its UTF-16. */
export const LONG_TEXT = 9;
export const DATE = 10;
export const REGEXP = 11;
export const BOXED = 12;
export const URL_TEXT = 13;
/** Length, elements. */
export const LIST = 14;
/** Length, number of properties, names and elements: there are holes, or properties besides the elements. */
export const SPARSE_LIST = 15;
/** Number of properties, then names and elements by name. */
export const RECORD = 16;
export const MAP = 17;
export const SET = 18;
export const ERROR = 19;
/** Name of the codec, what it encoded. */
export const INSTANCE = 20;
/** Type, length in bytes, bytes or their digest. */
export const VIEW = 21;
export const BUFFER = 22;
export const SHARED_BUFFER = 23;
/** Key of a call. */
export const FUTURE = 24;
/** A node that is a value: its digest. */
export const NODE = 25;
/** A class that is `this`: its name, what stands for its text and that of those that it extends. */
export const CLASS = 26;
/** An instance that is `this`: digest of its codec's encoding, or of its class's name and properties, and then what stands for the text of its classes. */
export const RECEIVER = 27;
/** Stands for a large container: its digest. */
export const DIGEST = 28;
/** Stands for all of a container so far: its digest. */
export const FOLDED = 29;
/** A value that leads back to itself, its objects numbered as they are met. */
export const CYCLIC = 30;
/** Number of an object that was met before, in a cyclic value. */
export const AGAIN = 31;
/** An argument that does not count. */
export const IGNORED = 32;
/** What the `key` option gave. */
export const ADDED = 33;
/** A call: digest of its node, `this`, number of arguments, arguments. */
export const CALL = 34;
/** Part of a call's value: key of the call, key of the part. */
export const PART = 35;
