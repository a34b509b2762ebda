import { DagError } from '../../errors.js';
import { factoryOf } from '../stateful.js';
import type { Machine } from '../machine.js';
import type { Flow } from '../transform.js';
import { countOption } from './count.js';
import { heldChunks } from './held-chunks.js';

/**
 * Arrays of the last `size` chunks, a new one each `step` chunks; chunks between two are passed over where `step` is
 * larger than `size`. Incomplete ones are not given. Holds up to `size` chunks; O(size) for each array.
 *
 * @throws DAG_OPTION unless `size` and `step` (default 1) are whole numbers of at least 1.
 */
export const window = factoryOf(windowed, { name: 'window', module: import.meta.url }, factoryOf) as <T>(
  size: number,
  step?: number,
) => Flow<T, T[]>; // what `windowed` makes

function windowed(size: unknown, step: unknown = 1): Machine {
  return new WindowMachine(
    countOption(size, 'window(size, step): `size`'),
    countOption(step, 'window(size, step): `step`'),
  );
}

class WindowMachine implements Machine {
  readonly emits = true;
  readonly gathers = true;
  readonly #size: number;
  readonly #step: number;
  #held: unknown[] = [];
  /** How many chunks are passed over before the next window begins. */
  #skip = 0;

  constructor(size: number, step: number) {
    this.#size = size;
    this.#step = step;
  }

  step(chunk: unknown): unknown[][] {
    if (this.#skip > 0) {
      this.#skip -= 1;
      return [];
    }
    this.#held.push(chunk);
    if (this.#held.length < this.#size) return [];
    const full = this.#held;
    this.#held = full.slice(this.#step);
    this.#skip = Math.max(0, this.#step - this.#size);
    return [full];
  }

  flush(): readonly unknown[] {
    return [];
  }

  reset(): void {
    this.#held = [];
    this.#skip = 0;
  }

  close(): void {
    this.reset();
  }

  snapshot(): { held: unknown[]; skip: number } {
    return { held: [...this.#held], skip: this.#skip };
  }

  restore(state: unknown): void {
    const { held, skip } = (state ?? {}) as { readonly held?: unknown; readonly skip?: unknown }; // looked at below
    if (!Number.isSafeInteger(skip)) {
      throw new DagError('DAG_SNAPSHOT', {
        message: 'The state of a window must say how many chunks it passes over.',
        remedy: 'Give what snapshot() of another window gave.',
      });
    }
    this.#held = heldChunks(held, 'window');
    this.#skip = skip as number; // as was just seen
  }
}
