import { createHash } from 'node:crypto';
import type { EntryFacts } from '../graph/store.js';

/** The files that a source stands for: the same for all calls of a module. */
export type Files = NonNullable<EntryFacts['files']>;

/** A list of files that is kept once for all whose facts name it. */
export interface FileList {
  /** Hash of the text. */
  readonly name: string;
  /** The list as JSON. */
  readonly text: Buffer;
  /** Nobody can change it. */
  readonly files: Files;
}

/** What is written down of facts: a long list of files lies elsewhere, by its name. */
export interface WrittenFacts extends EntryFacts {
  readonly list?: string;
}

/** Characters of a list, as JSON, that lies among the facts themselves at most. */
const SHORT = 256;
/** Hexadecimal digits of a name. */
const NAME_DIGITS = 32;

/** The lists of those that nobody can change; undefined where one is short. */
const known = new WeakMap<Files, FileList | undefined>();

/** Divides facts into what is written down for each entry and a list, where that is long. O(1) for the files of a run. */
export function divideFacts(facts: EntryFacts): { readonly facts: WrittenFacts; readonly list: FileList | undefined } {
  const { files, ...others } = facts;
  const list = files && listOf(files);
  return list === undefined ? { facts, list } : { facts: { ...others, list: list.name }, list };
}

function listOf(files: Files): FileList | undefined {
  if (known.has(files)) return known.get(files);
  const json = JSON.stringify(files);
  const isFrozen = Object.isFrozen(files);
  const list = json.length <= SHORT ? undefined : named(json, isFrozen ? files : Object.freeze({ ...files }));
  if (isFrozen) known.set(files, list);
  return list;
}

function named(json: string, files: Files): FileList {
  const text = Buffer.from(json, 'utf8');
  return { name: createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS), text, files };
}

/** Facts as they were; their list is looked for when it is asked for, and left out where there is none any more. */
export function wholeFacts({ list, ...facts }: WrittenFacts, find: (name: string) => Files | undefined): EntryFacts {
  if (list === undefined) return facts;
  return Object.defineProperty(facts, 'files', { get: () => find(list), enumerable: true });
}
