import { burst } from './burst.js';
import { chain } from './chain.js';
import { fanOut } from './fan-out.js';
import type { Part, PartName } from './part.js';
import { payload } from './payload.js';
import { single } from './single.js';
import { speedUp } from './speed-up.js';
import { start } from './start.js';

/** Every part of the pool suite by its name. */
export const parts: Readonly<Record<PartName, Part>> = {
  burst,
  single,
  'fan-out': fanOut,
  payload,
  chain,
  'speed-up': speedUp,
  start,
};
