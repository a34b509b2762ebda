import type { EntryFacts, PastEntry } from '../../graph/store.js';
import type { Environment } from './environment.js';
import { graveText, nodeName } from './index-change.js';
import { NAME_BYTES, textOf, type IndexTables } from './index-tables.js';
import { RecordView } from './record.js';

const LAST = Buffer.alloc(16, 0xff);

/** What is known of the entries of a node, the newest first. O(limit + entries that the index does not have yet). */
export function pastEntries(environment: Environment, node: string, limit: number): PastEntry[] {
  if (!(limit > 0)) return [];
  const past = unmovedEntries(environment, node).slice(0, limit);
  const met = new Set(past.map(({ key }) => key));
  const { tables } = environment;
  const name = nodeName(node);
  const range = { start: Buffer.concat([name, LAST]), end: name, reverse: true };
  for (const row of tables.nodes.getKeys(range)) {
    if (past.length >= limit) break;
    const key = textOf(row, NAME_BYTES);
    // It may have been evicted before it was put again.
    const entry = met.has(key) ? undefined : pastEntry(tables, key);
    if (entry !== undefined) past.push(entry);
  }
  return past;
}

/** Those that the index does not have yet; all of them are newer than what it has. */
function unmovedEntries(environment: Environment, node: string): PastEntry[] {
  const found: { readonly entry: PastEntry; readonly createdAt: number }[] = [];
  for (const key of environment.unmoved()) {
    const record = environment.lookUp(key);
    if (!(record instanceof RecordView)) continue;
    const { facts, createdAt } = record;
    if (facts.stamp?.node === node) found.push({ entry: { key, facts, evicted: false }, createdAt });
  }
  return found.sort((one, other) => other.createdAt - one.createdAt).map(({ entry }) => entry);
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
