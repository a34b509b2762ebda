import type { Measurement } from '../streams/measurement.js';
import { integrity } from './integrity.js';
import { large } from './large.js';
import type { LayoutPartName } from './names.js';
import { apart, paced } from './paced.js';
import { small } from './small.js';
import { soak } from './soak.js';

/** What is measured, by name. */
const parts: Readonly<Record<LayoutPartName, (rounds: number, size: number) => Promise<Measurement[]>>> = {
  small,
  paced,
  apart,
  large,
  integrity,
  soak,
};

const [part, rounds = '', size = ''] = process.argv.slice(2);
// The suite gives no other names.
console.log(JSON.stringify(await parts[part as LayoutPartName](Number(rounds), Number(size))));
