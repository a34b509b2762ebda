import { fileURLToPath } from 'node:url';
import { importPeer } from '../contenders/peer.js';
import { poolOfCalls } from './call-pool.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

interface Workerpool {
  exec(task: string, parameters: readonly unknown[], options?: { transfer: readonly unknown[] }): PromiseLike<unknown>;
}
type CreatePool = (script: string, options: Record<string, unknown>) => Workerpool;

const script = fileURLToPath(new URL('./workerpool-worker.js', import.meta.url));

/** workerpool, on threads (left to itself it may take child processes). Its promises are its own. */
export async function workerpool(): Promise<OpenPool> {
  const { pool: create } = await importPeer<{ pool: CreatePool }>('workerpool');
  return () => {
    const pool = create(script, { workerType: 'thread', minWorkers: threads, maxWorkers: threads });
    return poolOfCalls({
      call: async (task, argument, transfer) =>
        pool.exec(task, [argument], transfer === undefined ? undefined : { transfer }),
      transfers: 'both',
    });
  };
}
