import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('../nodes/resumable.js', import.meta.url));
const items = 400;
const folder = mkdtempSync(join(tmpdir(), 'resume-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the pipeline until its end, or kills it after so many milliseconds; gives whether it came to its end. */
async function live(patience: number): Promise<boolean> {
  const child = spawn(process.execPath, [script, folder, items.toString()], { stdio: ['ignore', 'pipe', 'inherit'] });
  const killer = setTimeout(() => child.kill('SIGKILL'), patience);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(killer);
  return code === 0;
}

/** What the pipeline gives, computed by a loop. */
function expected(): string {
  const batches: [number, number][][] = [];
  let sum = 0;
  for (let item = 0; item < items; item += 1) {
    sum = (sum + item + 1) % 1_000_003;
    if (item % 3 === 0) batches.push([]);
    batches.at(-1)?.push([item + 1, sum]);
  }
  return batches.map((batch) => `${JSON.stringify(batch)}\n`).join('');
}

describe('a pipeline that is killed', () => {
  it('goes on exactly where its last snapshot was, however often', async () => {
    let kills = 0;
    // Each life is longer than the one before, so that one of them sees the end.
    for (let patience = 150; !(await live(patience)); patience *= 1.3) {
      kills += 1;
      await sleep(1);
    }
    expect(kills).toBeGreaterThan(1);
    expect(readFileSync(join(folder, 'results'), 'utf8')).toBe(expected());
  }, 60_000);
});
