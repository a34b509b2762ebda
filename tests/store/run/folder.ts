import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a test with a folder of its own, which is removed after it. */
export async function inFolder(run: (path: string) => Promise<void> | void): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'lazydag-store-'));
  try {
    await run(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
