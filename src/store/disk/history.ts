import type { EntryFacts, PastEntry } from '../../graph/store.js';
import { graveText, nodeName } from './index-change.js';
import { NAME_BYTES, textOf, type IndexTables } from './index-tables.js';
import { RecordView } from './record.js';

const LAST = Buffer.alloc(16, 0xff);

/** What is known of the entries of a node, the newest first. O(limit). */
export function pastEntries(tables: IndexTables, node: string, limit: number): PastEntry[] {
  const name = nodeName(node);
  const past: PastEntry[] = [];
  if (!(limit > 0)) return past;
  for (const row of tables.nodes.getKeys({ start: Buffer.concat([name, LAST]), end: name, reverse: true })) {
    const entry = pastEntry(tables, textOf(row, NAME_BYTES));
    if (entry !== undefined) past.push(entry);
    if (past.length >= limit) break;
  }
  return past;
}

function pastEntry({ entries, graves }: IndexTables, key: string): PastEntry | undefined {
  const record = entries.get(key);
  if (record !== undefined) {
    const facts = RecordView.check(Buffer.from(record), key)?.facts;
    return facts && { key, facts, evicted: false };
  }
  const grave = graves.get(key);
  return grave && { key, facts: JSON.parse(graveText(grave)) as EntryFacts, evicted: true }; // what was buried
}
