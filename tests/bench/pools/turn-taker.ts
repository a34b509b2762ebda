import { startCpuClock } from '../child/cpu-clock.js';
import { median } from '../report/statistics.js';
import type { HandOn, Pool } from './pool.js';
import type { PoolRequest, PoolTurn } from './protocol.js';
import { startTally } from './tally.js';

/** Milliseconds of processor time before a pool is measured: by then the compiler and the collector have settled. */
const warmUp = 400;
/** Turns that warming up takes at most: who asks for short ones wants to see that they run, and no figures. */
const warmUpTurns = 8;

type Request<What extends PoolRequest['what']> = Extract<PoolRequest, { readonly what: What }>;

/** What a request did once. */
interface Deed {
  readonly operations: number;
  readonly each?: readonly number[];
  readonly checksum?: number;
  readonly mappedBytes?: number;
}

/** Carries requests out on one pool and times them; the first time of each it warms the pool up. */
export class TurnTaker {
  readonly #pool: Pool;
  readonly #warm = new Set<string>();
  readonly #payloads = new Map<string, HandOn>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Repeats a request for at least `turn` milliseconds. */
  async take(request: PoolRequest, turn: number): Promise<PoolTurn> {
    const perform = await this.#performerOf(request);
    const key = JSON.stringify(request);
    if (!this.#warm.has(key)) {
      this.#warm.add(key);
      const spent = startCpuClock();
      do await perform();
      while (spent() < Math.min(warmUp, warmUpTurns * turn));
    }
    const tally = startTally();
    const spent = startCpuClock();
    const started = performance.now();
    const each: number[] = [];
    let operations = 0;
    let milliseconds: number;
    let last: Deed;
    do {
      last = await perform();
      operations += last.operations;
      if (last.each !== undefined) each.push(...last.each);
      milliseconds = performance.now() - started;
    } while (milliseconds < turn);
    const { checksum, mappedBytes } = last;
    return {
      operations,
      milliseconds,
      perOperation: each.length > 0 ? median(each) : milliseconds / operations,
      cpu: spent(),
      tally: tally(),
      ...(checksum !== undefined && { checksum }),
      ...(mappedBytes !== undefined && { mappedBytes }),
    };
  }

  async #performerOf(request: PoolRequest): Promise<() => Promise<Deed>> {
    const pool = this.#pool;
    switch (request.what) {
      case 'burst':
      case 'fan-out':
        return () => this.#trivialTasks(request);
      case 'single':
        return () => this.#oneAtATime(request);
      case 'payload': {
        const handOn = await this.#handOnOf(request);
        const calls = request.mode === 'handed on, chain' ? 50 : request.bytes > 2 ** 22 ? 1 : 20;
        return async () => {
          await handOn(calls);
          return { operations: calls };
        };
      }
      case 'spins':
        return async () => ({ operations: 1, checksum: await pool.spins(request) });
      case 'chain':
        return () => this.#chain(request);
    }
  }

  async #trivialTasks({ what, count }: Request<'burst' | 'fan-out'>): Promise<Deed> {
    const sum = await (what === 'burst' ? this.#pool.burst(count) : this.#pool.fanOut(count));
    const expected = (count * (count + 1)) / 2;
    if (sum !== expected) throw new Error(`wrong result ${sum}, expected ${expected}`);
    return { operations: count };
  }

  async #oneAtATime({ count }: Request<'single'>): Promise<Deed> {
    const each: number[] = [];
    for (let x = 0; x < count; x++) {
      const started = performance.now();
      const y = await this.#pool.single(x);
      each.push(performance.now() - started);
      if (y !== x + 1) throw new Error(`wrong result ${y}, expected ${x + 1}`);
    }
    return { operations: count, each };
  }

  /** The array is made once: only handing it on is measured. */
  async #handOnOf(request: Request<'payload'>): Promise<HandOn> {
    const { mode, bytes } = request;
    const key = JSON.stringify(request);
    const known = this.#payloads.get(key);
    if (known !== undefined) return known;
    const prepare = this.#pool.payloads[mode];
    if (prepare === undefined) throw new Error(`no arrays ${mode}`);
    const handOn = await prepare(bytes);
    this.#payloads.set(key, handOn);
    return handOn;
  }

  async #chain(work: Request<'chain'>): Promise<Deed> {
    if (this.#pool.chain === undefined) throw new Error('no chains');
    const { value, length, mappedBytes } = await this.#pool.chain(work);
    if (value !== work.steps || length !== work.length) {
      throw new Error(`wrong result ${value} × ${length}, expected ${work.steps} × ${work.length}`);
    }
    return { operations: 1, mappedBytes };
  }
}
