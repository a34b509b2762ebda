import { composed } from './composed.js';
import type { Measurement } from './measurement.js';
import { readme } from './readme.js';
import { signal } from './signal.js';
import { stages } from './stages.js';

/** What is measured, by name. */
const parts: Readonly<Record<string, (rounds: number) => Promise<Measurement[]>>> = {
  readme,
  stages,
  composed,
  frames: (rounds) => signal({ rows: 1, width: 64 * 64, count: 10_000, inFlight: 64 }, rounds),
  chunks: (rounds) => signal({ rows: 300, width: 256, count: 400, inFlight: 16 }, rounds),
};

const [part = '', rounds = ''] = process.argv.slice(2);
console.log(JSON.stringify(await parts[part]?.(Number(rounds))));
