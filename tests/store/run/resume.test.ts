import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { DiskStore } from 'lazydag/store';
import { root } from '../../support/paths.js';
import { inFolder } from './folder.js';

const KILLS = Number(process.env['RESUME_KILLS'] ?? 10);
const program = join(root, 'tests/store/run/programs/resume.js');

/** The sum that the program's graph has, directly. */
function expected(): number {
  let row = Array.from({ length: 8 }, (_, place) => place);
  for (let depth = 1; depth < 25; depth += 1)
    row = row.map((sum, place) => (depth * 8 + place + sum + (row[(place + 3) % 8] ?? 0)) % 1_000_003);
  return row.reduce((total, sum) => (total + sum) % 1_000_003, 200);
}

/** Runs the program; kills it after so many milliseconds. Gives its process's number, and what it printed. */
async function run(
  args: readonly string[],
  killAfter?: number,
): Promise<{ readonly pid: number; readonly out: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  const ended = once(child, 'close');
  if (killAfter !== undefined) {
    await sleep(killAfter);
    child.kill('SIGKILL');
  }
  await ended;
  return { pid: child.pid ?? -1, out };
}

/** The calls whose bodies ran, in order, by process. */
function bodiesIn(log: string): Map<number, number[]> {
  const bodies = new Map<number, number[]>();
  for (const line of readFileSync(log, 'utf8').split('\n').slice(0, -1)) {
    const [pid = -1, place = -1] = line.split(' ').map(Number);
    bodies.set(pid, [...(bodies.get(pid) ?? []), place]);
  }
  return bodies;
}

test('a program that is killed again and again computes nothing twice but what it was killed in', async () => {
  await inFolder(async (folder) => {
    const [path, log] = [join(folder, 'store'), join(folder, 'log')];
    writeFileSync(log, '');
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { out } = await run([path, log], 80 + Math.random() * (2500 / KILLS + 60));
      if (out !== '') break;
    }
    const { pid, out } = await run([path, log]);
    expect(Number(out)).toBe(expected());
    const bodies = bodiesIn(log);
    const lost = new Map<number, number>();
    for (const [killed, places] of bodies) {
      const last = places.at(-1);
      if (killed !== pid && last !== undefined) lost.set(last, (lost.get(last) ?? 0) + 1);
    }
    const times = new Map<number, number>();
    for (const place of [...bodies.values()].flat()) times.set(place, (times.get(place) ?? 0) + 1);
    expect(times.size).toBe(201);
    for (const [place, count] of times) expect(count).toBeLessThanOrEqual(1 + (lost.get(place) ?? 0));
    await using store = new DiskStore({ path });
    expect((await store.verify()).corrupt).toEqual([]);
  });
}, 120_000);

test('a program that is killed while threads compute and write ends with the right result', async () => {
  await inFolder(async (folder) => {
    const [path, log] = [join(folder, 'store'), join(folder, 'log')];
    writeFileSync(log, '');
    for (let kill = 0; kill < Math.ceil(KILLS / 3); kill += 1)
      await run([path, log, 'pool'], 150 + Math.random() * 300);
    expect(Number((await run([path, log, 'pool'])).out)).toBe(expected());
    // Each process has at most a few under way when it is killed.
    const times = [...bodiesIn(log).values()].flat().length;
    expect(times).toBeLessThan(201 + Math.ceil(KILLS / 3) * 40);
    await using store = new DiskStore({ path });
    expect((await store.verify()).corrupt).toEqual([]);
  });
}, 120_000);
