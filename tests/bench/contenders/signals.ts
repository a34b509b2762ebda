import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Contender } from './contender.js';
import { importPeer } from './peer.js';

interface Signal {
  readonly value: number;
}
interface Signals {
  computed(compute: () => number): Signal;
}

/** `computed` of @preact/signals-core: pulled recursively, so that depth is limited by the stack. */
export async function signals(): Promise<Contender> {
  const { computed } = await importPeer<Signals>('@preact/signals-core');
  const operations = {
    inc: (x: Signal | number) =>
      typeof x === 'number' ? computed(() => increment(x)) : computed(() => increment(x.value)),
    join: (left: Signal, right: Signal) => computed(() => join(left.value, right.value)),
    sum: (values: Signal[]) => computed(() => total(values.map((signal) => signal.value))),
    share: (value: Signal) => value,
  };
  return contender<Signal>(() => ({ operations, evaluate: (target) => target.value }));
}
