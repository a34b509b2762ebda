import type { DamagedEntry } from './damaged-entry.js';
import { DAMAGED, type Environment } from './environment.js';
import type { RecordView } from './record.js';

/** Reads all entries, and tells which are damaged. */
export async function verifyEntries(
  environment: Environment,
  keys: AsyncIterable<string>,
): Promise<{ entries: number; corrupt: DamagedEntry[] }> {
  const corrupt: DamagedEntry[] = [];
  let entries = 0;
  for await (const key of keys) {
    const record = environment.lookUp(key);
    if (record === undefined) continue;
    entries += 1;
    if (record === DAMAGED) corrupt.push({ key, createdAt: undefined });
    else if (!(await isWhole(environment, key, record))) corrupt.push({ key, createdAt: record.createdAt });
  }
  return { entries, corrupt };
}

async function isWhole(environment: Environment, key: string, record: RecordView): Promise<boolean> {
  for (const file of record.files) {
    if (await environment.files.read(file, new Uint8Array(file.length))) continue;
    // Whoever has replaced or evicted it since has removed the file.
    environment.refresh();
    const now = environment.lookUp(key);
    const same = now !== undefined && now !== DAMAGED && now.createdAt === record.createdAt;
    if (same) return false;
  }
  return true;
}
