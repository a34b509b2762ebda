// What poolifier's threads load.
import { importPeer } from '../../contenders/peer.js';
import { increment, spin, touch } from '../bodies.js';

const { ThreadWorker } = await importPeer<{ ThreadWorker: new (tasks: Record<string, unknown>) => object }>(
  'poolifier',
);

/** Holds the thread's connection to its pool. */
export const worker = new ThreadWorker({ increment, spin, touch });
