// What the threads behind comlink load.
import { parentPort } from 'node:worker_threads';
import { importPeer } from '../../contenders/peer.js';
import { increment, spin, touch } from '../bodies.js';
import { comlinkModules } from '../comlink-modules.js';

interface Comlink {
  expose(tasks: Record<string, unknown>, endpoint: unknown): void;
  transfer(value: unknown, transfer: readonly unknown[]): unknown;
}

const { expose, transfer } = await importPeer<Comlink>(comlinkModules.main);
const { default: nodeEndpoint } = await importPeer<{ default: (port: unknown) => unknown }>(comlinkModules.adapter);
const move = (values: Float64Array): unknown => transfer(touch(values), [values.buffer]);
expose({ increment, spin, touch, move }, nodeEndpoint(parentPort));
