import { describeThrown } from '../../errors.js';
import { costOf, creationOf } from '../entry-facts.js';
import type { EntryFacts, PutOptions } from '../../graph/store.js';
import { divideFacts } from '../file-lists.js';
import type { EncodedValue } from '../value/encode.js';
import type { DiskStoreOptions } from './disk-options.js';
import type { Files, StoredFile } from './files.js';
import type { IndexTables } from './index-tables.js';
import type { IndexWriter } from './index-writer.js';
import { hasRoomForList } from './list-uses.js';
import { encodeRecord } from './record.js';
import { isFull } from './reserve.js';
import { writeBuffers, type BufferJob } from './write-buffers.js';
import { writeElsewhere } from './write-elsewhere.js';

/** Bodies of more bytes become files, too. */
const LARGEST_BODY = 64 * 1024;
const TOO_LARGE = 'one value has more bytes than `maxBytes`';

/** Where values are put. */
export interface Place {
  readonly files: Files;
  readonly index: IndexWriter;
  readonly tables: IndexTables;
}

/** A value that is to be put. */
export interface NewValue {
  readonly key: string;
  readonly encoded: EncodedValue;
  readonly facts: EntryFacts;
  readonly options: PutOptions;
}

/**
 * Puts a value: its large buffers into files, then the rest into the index, so that nobody sees it before it is whole. Gives
 * why it was left out when there is no room for it; nothing is left of it then, or when it fails.
 *
 * @throws DAG_OPTION, DAG_STORE_CORRUPT, what the file system does
 */
export async function putValue(
  { files: folder, index, tables }: Place,
  { key, encoded, facts, options }: NewValue,
  { hash, compress, maxBytes }: Required<DiskStoreOptions>,
): Promise<string | undefined> {
  const { body, large, wire } = encoded;
  const { run } = options;
  const writer = run === undefined ? writeBuffers : (jobs: readonly BufferJob[]) => writeElsewhere(jobs, run);
  const cost = costOf(facts);
  const bodyInFile = body.length > LARGEST_BODY;
  const buffers = bodyInFile ? [body, ...large] : large;
  const length = [body, ...large].reduce((sum, part) => sum + part.length, 0);
  if (length > maxBytes && !compress) return TOO_LARGE;
  let files: StoredFile[] = [];
  try {
    if (buffers.length > 0) files = await folder.write(buffers, { hash, compress, writer });
    const names = files.map(({ name }) => name);
    const written = writtenFacts(tables, { facts: { ...facts, cost }, maxBytes });
    const record = encodeRecord({ body, bodyInFile, files, facts: written.facts, wire });
    const bytes = files.reduce((sum, { size }) => sum + size, record.length);
    if (bytes > maxBytes) {
      await folder.remove(names);
      return TOO_LARGE;
    }
    const { list } = written;
    const createdAt = creationOf(options);
    await index.put(key, { record, bytes, cost, node: facts.stamp?.node, files: names, list, createdAt });
    folder.settle(names);
    return undefined;
  } catch (thrown) {
    await folder.remove(files.map(({ name }) => name));
    if (!isFull(thrown)) throw thrown;
    return describeThrown(thrown);
  }
}

/** What is written of facts; a list of files that there is no room for is left out. */
function writtenFacts(
  tables: IndexTables,
  { facts, maxBytes }: { readonly facts: EntryFacts; readonly maxBytes: number },
): ReturnType<typeof divideFacts> {
  const divided = divideFacts(facts);
  const { list } = divided;
  if (list === undefined || hasRoomForList(tables, list, maxBytes)) return divided;
  const { files: _, ...others } = facts;
  return { facts: others, list: undefined };
}
