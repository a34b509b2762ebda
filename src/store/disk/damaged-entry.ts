import type { Environment } from './environment.js';

/** An entry that is damaged; without `createdAt`, that is its record. */
export interface DamagedEntry {
  readonly key: string;
  readonly createdAt: number | undefined;
}

/** Takes a damaged entry out, unless somebody has put another since. */
export async function takeOut({ writer }: Environment, { key, createdAt }: DamagedEntry): Promise<void> {
  await writer?.change(0, (change) => {
    if (createdAt === undefined) change.removeDamaged(key);
    else change.remove(key, createdAt);
  });
}
