import { fileURLToPath } from 'node:url';
import { importPeer } from '../contenders/peer.js';
import { poolOfCalls } from './call-pool.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

interface ThreadPool {
  execute(
    argument: unknown,
    task: string,
    signal: AbortSignal | undefined,
    transfer: readonly unknown[] | undefined,
  ): Promise<unknown>;
}
type FixedThreadPool = new (threads: number, script: string) => ThreadPool;

const script = fileURLToPath(new URL('./poolifier-worker.js', import.meta.url));

/** poolifier's pool of a fixed size. Its workers cannot transfer what they give back. */
export async function poolifier(): Promise<OpenPool> {
  const { FixedThreadPool } = await importPeer<{ FixedThreadPool: FixedThreadPool }>('poolifier');
  return () => {
    const pool = new FixedThreadPool(threads, script);
    return poolOfCalls({
      call: (task, argument, transfer) => pool.execute(argument, task, undefined, transfer),
      transfers: 'in',
    });
  };
}
