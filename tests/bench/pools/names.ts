/** Pools of other projects, as they come and tuned, in the order of the tables. */
export const peerPools = [
  'piscina',
  'piscina-50',
  'piscina-50-async',
  'tinypool',
  'tinypool-50',
  'workerpool',
  'poolifier',
  'comlink',
] as const;

/** Every contender of the pool suite that runs in Node.js, in the order of the tables. */
export const poolNames = ['lazydag', 'lazydag-single', 'serial', 'bare', ...peerPools] as const;

/** Name of a pool of another project. */
export type PeerPool = (typeof peerPools)[number];

/**
 * Name of a contender on the command line. `bare` is what one writes by hand over `node:worker_threads`, `serial` the
 * same on one thread; `lazydag-single` resolves every Future by itself where `lazydag` resolves them together.
 */
export type PoolName = (typeof poolNames)[number];

/** Whether `name` comes from a package of the benchmarks' own lockfile. */
export function isPeerPool(name: PoolName): name is PeerPool {
  return (peerPools as readonly string[]).includes(name);
}
