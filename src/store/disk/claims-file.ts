import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bootId } from './holder.js';

const NAME = /^locks(-[\da-f]{8})?\.mdb(-lock)?$/;
const name = bootId === '' ? 'locks.mdb' : `locks-${bootId.slice(0, 8)}.mdb`;

/** Where claims lie: in a file of their own for each time that the system runs. */
export function claimsFile(folder: string): string {
  return join(folder, name);
}

/** Removes a file of claims, with its lock. */
export function removeClaims(path: string): void {
  for (const end of ['', '-lock']) rmSync(path + end, { force: true });
}

/** Removes those of earlier times, which nobody holds any more. */
export function removeFormerClaims(folder: string): void {
  for (const file of readdirSync(folder)) {
    if (NAME.test(file) && !file.startsWith(name)) rmSync(join(folder, file), { force: true });
  }
}
