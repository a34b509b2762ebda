import { composed } from './composed.js';
import type { Measurement } from './measurement.js';
import type { StreamPartName } from './names.js';
import { readme } from './readme.js';
import { signal } from './signal.js';
import { soak } from './soak.js';
import { stages } from './stages.js';

/** What is measured, by name. */
const parts: Readonly<Record<StreamPartName, (rounds: number, size: number) => Promise<Measurement[]>>> = {
  readme,
  stages,
  composed,
  frames: (rounds) => signal({ rows: 1, width: 64 * 64, count: 10_000, inFlight: 64 }, rounds),
  chunks: (rounds) => signal({ rows: 300, width: 256, count: 400, inFlight: 16 }, rounds),
  soak,
};

const [part, rounds = '', size = ''] = process.argv.slice(2);
// The suite gives no other names.
console.log(JSON.stringify(await parts[part as StreamPartName](Number(rounds), Number(size))));
