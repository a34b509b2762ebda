import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { TwoCores } from './own-core.js';
import type { Stretch } from './window.js';

/** When values are sent. */
export interface Pace extends Stretch {
  /** Milliseconds between values, once it is warm. */
  readonly pause: number;
  /** Values that are sent without pauses, so that the code is compiled as in a layout that has run for long. */
  readonly warmUp: number;
  /** Where the threads stay. Default: where the system puts them. */
  readonly cores: TwoCores | undefined;
}

/** Waits until the value with this number is to be sent. */
export async function pace(number: number, { pause, warmUp }: Pace): Promise<void> {
  if (number < warmUp) await turn();
  else await sleep(pause);
}
