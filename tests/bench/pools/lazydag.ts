import type * as Library from '../../../dist/index.js';
import { libraryUrl } from '../contenders/library.js';
import type { ChainOutcome, ChainWork, HandOn, OpenPool, Pool, SpinWork } from './pool.js';
import { threads } from './pool.js';
import { total as sumOf } from './bodies.js';
import type * as Nodes from './worker/lazydag-nodes.js';

/** Calls in one chain of handing on. */
const chainCalls = 50;

/** Whether the calls of a burst are resolved in one pass or each by itself. */
export type Resolution = 'together' | 'single';

/** The library's own pool, with placement forced to it. */
export async function lazydag(resolution: Resolution): Promise<OpenPool> {
  const { WorkerPool, resolve } = (await import(libraryUrl)) as typeof Library; // the build of this repository
  // Computed, so that the bundler leaves the module alone: workers import it by its own address.
  const nodes = (await import(new URL('./lazydag-nodes.js', import.meta.url).href)) as typeof Nodes;
  return () => new LazydagPool(new WorkerPool({ threads, placement: 'pool' }), { nodes, resolve, resolution });
}

interface Parts {
  readonly nodes: typeof Nodes;
  readonly resolve: typeof Library.resolve;
  readonly resolution: Resolution;
}

class LazydagPool implements Pool {
  readonly payloads = {
    'handed on': (bytes: number) => this.#handOnSingly(bytes),
    'handed on, chain': (bytes: number) => this.#handOnInChains(bytes),
  };
  readonly #executor: Library.WorkerPool;
  readonly #parts: Parts;

  constructor(executor: Library.WorkerPool, parts: Parts) {
    this.#executor = executor;
    this.#parts = parts;
  }

  async burst(count: number): Promise<number> {
    const { nodes, resolve, resolution } = this.#parts;
    const options = { executor: this.#executor };
    const calls = Array.from({ length: count }, (_, x) => nodes.increment(x));
    if (resolution === 'single') return sumOf(await Promise.all(calls.map((call) => call.resolve(options))));
    return sumOf(await resolve(calls, options));
  }

  single(x: number): Promise<number> {
    return this.#parts.nodes.increment(x).resolve({ executor: this.#executor });
  }

  fanOut(leaves: number): Promise<number> {
    const { increment, total } = this.#parts.nodes;
    const calls = Array.from({ length: leaves }, (_, x) => increment(x));
    return total(calls).resolve({ executor: this.#executor });
  }

  async spins({ count, iterations }: SpinWork): Promise<number> {
    const { nodes, resolve } = this.#parts;
    const calls = Array.from({ length: count }, (_, seed) => nodes.spin({ iterations, seed }));
    return sumOf(await resolve(calls, { executor: this.#executor }));
  }

  async chain({ length, steps, inPlace }: ChainWork): Promise<ChainOutcome> {
    const { zeros, step, stepInPlace } = this.#parts.nodes;
    let future = zeros(length);
    for (let i = 0; i < steps; i++) future = inPlace ? stepInPlace(future) : step(future);
    const values = await future.resolve({ executor: this.#executor });
    const { mappedBytes } = this.#executor.stats().blocks;
    const outcome = { value: values[length - 1] ?? NaN, length: values.length, mappedBytes };
    future.release();
    return outcome;
  }

  ready(): Promise<void> {
    return this.#executor.ready();
  }

  /** One call after the other, each on the array that stays. */
  async #handOnSingly(bytes: number): Promise<HandOn> {
    const { zeros, view } = this.#parts.nodes;
    const length = bytes / Float64Array.BYTES_PER_ELEMENT;
    const source = zeros(length);
    await source.resolve({ executor: this.#executor });
    return async (calls) => {
      for (let made = 0; made < calls; made++) {
        const call = view(source);
        expectLength(await call.resolve({ executor: this.#executor }), length);
        call.release();
      }
    };
  }

  /** Call upon call upon call, resolved together. */
  async #handOnInChains(bytes: number): Promise<HandOn> {
    const { zeros, view } = this.#parts.nodes;
    const length = bytes / Float64Array.BYTES_PER_ELEMENT;
    const source = zeros(length);
    await source.resolve({ executor: this.#executor });
    return async (calls) => {
      for (let made = 0; made < calls; made += chainCalls) {
        let future = view(source);
        for (let i = 1; i < Math.min(chainCalls, calls - made); i++) future = view(future);
        expectLength(await future.resolve({ executor: this.#executor }), length);
        future.release();
      }
    };
  }
}

function expectLength(values: Float64Array, length: number): void {
  if (values.length !== length) throw new Error(`wrong array: ${values.length} numbers, expected ${length}`);
}
