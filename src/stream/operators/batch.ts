import { factoryOf } from '../stateful.js';
import type { Machine } from '../machine.js';
import type { Flow } from '../transform.js';
import { countOption } from './count.js';
import { heldChunks } from './held-chunks.js';

/**
 * Collects chunks in arrays of `size`. `flush()` gives the last one, which may be shorter. Holds up to `size` chunks.
 *
 * @throws DAG_OPTION unless `size` is a whole number of at least 1.
 */
export const batch = factoryOf(batched, { name: 'batch', module: import.meta.url }, factoryOf) as <T>(
  size: number,
) => Flow<T, T[]>; // what `batched` makes

function batched(size: unknown): Machine {
  return new BatchMachine(countOption(size, 'batch(size): `size`'));
}

class BatchMachine implements Machine {
  readonly emits = true;
  readonly gathers = true;
  readonly #size: number;
  #held: unknown[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  step(chunk: unknown): unknown[][] {
    this.#held.push(chunk);
    return this.#held.length < this.#size ? [] : this.flush();
  }

  flush(): unknown[][] {
    if (this.#held.length === 0) return [];
    const full = this.#held;
    this.#held = [];
    return [full];
  }

  reset(): void {
    this.#held = [];
  }

  close(): void {
    this.#held = [];
  }

  snapshot(): unknown[] {
    return [...this.#held];
  }

  restore(state: unknown): void {
    this.#held = heldChunks(state, 'batch');
  }
}
