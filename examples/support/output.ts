import { mkdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where an example writes a file: in `.tmp`, which git ignores. The folder is made. */
export function outputPath(name: string): string {
  const path = fileURLToPath(new URL(`../../.tmp/${name}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** A folder to write to, which is made: in `.tmp`, or another one. */
export function outputFolder(
  name: string,
  path = fileURLToPath(new URL(`../../.tmp/${name}`, import.meta.url)),
): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** A path as it can be opened from where the program was started. */
export function shownPath(path: string): string {
  return relative(process.cwd(), path);
}
