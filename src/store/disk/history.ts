import type { EntryFacts, PastEntry } from '../../graph/store.js';
import { wholeFacts, type WrittenFacts } from '../file-lists.js';
import type { Environment } from './environment.js';
import { graveText } from './graves.js';
import { nodeName } from './index-change.js';
import { NAME_BYTES, textOf, type IndexTables } from './index-tables.js';
import { listFinder } from './list-uses.js';
import { RecordView } from './record.js';

const LAST = Buffer.alloc(16, 0xff);

type Whole = (facts: WrittenFacts) => EntryFacts;

/** What is known of the entries of a node, the newest first. O(limit + entries that the index does not have yet). */
export function pastEntries(environment: Environment, node: string, limit: number): PastEntry[] {
  if (!(limit > 0)) return [];
  const { tables } = environment;
  const findList = listFinder(tables);
  const whole: Whole = (facts) => wholeFacts(facts, findList);
  const past = unmovedEntries(environment, node, whole).slice(0, limit);
  const met = new Set(past.map(({ key }) => key));
  const name = nodeName(node);
  const range = { start: Buffer.concat([name, LAST]), end: name, reverse: true };
  for (const row of tables.nodes.getKeys(range)) {
    if (past.length >= limit) break;
    const key = textOf(row, NAME_BYTES);
    // It may have been evicted before it was put again.
    const entry = met.has(key) ? undefined : pastEntry(tables, key, whole);
    if (entry !== undefined) past.push(entry);
  }
  return past;
}

/** Those that the index does not have yet; all of them are newer than what it has. */
function unmovedEntries(environment: Environment, node: string, whole: Whole): PastEntry[] {
  const found: { readonly entry: PastEntry; readonly createdAt: number }[] = [];
  for (const key of environment.unmoved()) {
    const record = environment.lookUp(key);
    if (!(record instanceof RecordView)) continue;
    const { facts, createdAt } = record;
    if (facts.stamp?.node === node) found.push({ entry: { key, facts: whole(facts), evicted: false }, createdAt });
  }
  return found.sort((one, other) => other.createdAt - one.createdAt).map(({ entry }) => entry);
}

function pastEntry({ entries, graves }: IndexTables, key: string, whole: Whole): PastEntry | undefined {
  const record = entries.get(key);
  if (record !== undefined) {
    const facts = RecordView.check(Buffer.from(record), key)?.facts;
    return facts && { key, facts: whole(facts), evicted: false };
  }
  const grave = graves.get(key);
  return grave && { key, facts: whole(JSON.parse(graveText(grave)) as WrittenFacts), evicted: true }; // what was buried
}
