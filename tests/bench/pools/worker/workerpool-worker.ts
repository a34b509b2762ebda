// What workerpool's threads load.
import { importPeer } from '../../contenders/peer.js';
import { increment, spin, touch } from '../bodies.js';

interface Workerpool {
  worker(methods: Record<string, unknown>): void;
  readonly Transfer: new (value: unknown, transfer: readonly unknown[]) => unknown;
}

// Top-level await would be too late: requests that arrive before the methods are registered are refused.
void importPeer<Workerpool>('workerpool').then(({ worker, Transfer }) => {
  const move = (values: Float64Array): unknown => new Transfer(touch(values), [values.buffer]);
  worker({ increment, spin, touch, move });
});
