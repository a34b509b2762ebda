import {
  elementLabel,
  encodedLabel,
  entryLabel,
  indexLabel,
  propertyLabel,
  type Label,
} from '../../memory/payload/cannot-travel.js';
import { errorParts } from '../../memory/payload/error-parts.js';
import { ERROR, INSTANCE, LIST, MAP, RECORD, SET, SPARSE_LIST } from './tags.js';

/** A container that is being written: what is in it is written one after the other, so that depth costs no stack. */
export interface Frame {
  readonly source: object;
  readonly tag: number;
  /** What is written after the tag. */
  readonly size: number;
  /** The elements in order; undefined where they are the properties of `source`. */
  readonly elements: readonly unknown[] | undefined;
  /** The names of properties, in order, each of which is written before its element. */
  readonly names: readonly string[] | undefined;
  readonly count: number;
  readonly label: Label;
  /** It is not all of `source`. */
  readonly partial: boolean;
  /** Index of the element that comes next. */
  next: number;
  /** Where its form begins. */
  start: number;
}

interface FrameParts {
  readonly tag: number;
  readonly size?: number;
  readonly elements?: readonly unknown[];
  readonly names?: readonly string[];
  readonly label: Label;
  readonly partial?: boolean;
}

// All frames have the same fields in the same order: they are read for every element.
function frameOf(source: object, { tag, size, elements, names, label, partial = false }: FrameParts): Frame {
  const count = (names ?? elements ?? []).length;
  return { source, tag, size: size ?? count, elements, names, count, label, partial, next: 0, start: 0 };
}

/** The properties that loops see, by name: the order in which they were set does not count. */
export function recordFrame(record: object): Frame {
  return frameOf(record, { tag: RECORD, names: Object.keys(record).sort(), label: propertyLabel });
}

/** Some of an object's properties, whatever its class. */
export function partialFrame(object: object, omitted: ReadonlySet<string>): Frame {
  const names = Object.keys(object)
    .filter((key) => !omitted.has(key))
    .sort();
  return frameOf(object, { tag: RECORD, names, label: propertyLabel, partial: true });
}

/** Holes are not elements, and arrays may have properties, too. */
export function listFrame(list: readonly unknown[]): Frame {
  const keys = Object.keys(list);
  const { length } = list;
  // Indices come first and in order, so that the last key tells whether all are there and nothing else is.
  const dense = keys.length === length && (length === 0 || keys[length - 1] === (length - 1).toString());
  if (dense) return frameOf(list, { tag: LIST, elements: list, label: indexLabel });
  const named = keys.findLastIndex((key) => isIndex(key)) + 1;
  const names = [...keys.slice(0, named), ...keys.slice(named).sort()];
  return frameOf(list, {
    tag: SPARSE_LIST,
    size: length,
    names,
    label: (key) => (isIndex(key.toString()) ? indexLabel(key) : propertyLabel(key)),
  });
}

/** Whether a key of an array is that of an element. */
function isIndex(key: string): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && index.toString() === key;
}

/** Keys and values in turn, in the order in which loops see them. */
export function mapFrame(map: ReadonlyMap<unknown, unknown>): Frame {
  const elements = Array.from(map).flat();
  return frameOf(map, { tag: MAP, elements, label: entryLabel(elements) });
}

/** Elements in the order in which loops see them. */
export function setFrame(set: ReadonlySet<unknown>): Frame {
  return frameOf(set, { tag: SET, elements: Array.from(set), label: elementLabel });
}

/** All but its stack, which tells where it was made and not what it is. */
export function errorFrame(error: Error): Frame {
  const { type, message, name, hidden, shown } = errorParts(error);
  const { stack: _, ...rest } = hidden;
  return frameOf(error, { tag: ERROR, elements: [type, message, name, rest, shown], label: () => '' });
}

/** An instance: the name of its codec, and what that makes of it. */
export function instanceFrame(instance: object, codec: string, encoded: unknown): Frame {
  return frameOf(instance, { tag: INSTANCE, elements: [codec, encoded], label: encodedLabel });
}
