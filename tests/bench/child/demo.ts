import { setTimeout } from 'node:timers/promises';
import { loadLibrary } from '../contenders/library.js';
import type { Tasks } from './protocol.js';

/** Seven async nodes, A → B, C, D; E(C, D); F(B); G(F, C, E), each as long as asked. Its critical path is four of them. */
export async function runDemo({ seconds }: Tasks['demo']['request']): Promise<number> {
  const { node } = await loadLibrary();
  const work = node(
    async (...inputs: number[]) => {
      await setTimeout(seconds * 1_000);
      return 1 + Math.max(0, ...inputs);
    },
    { name: 'work' },
  );
  const a = work();
  const [b, c, d] = [work(a), work(a), work(a)];
  const e = work(c, d);
  const f = work(b);
  const started = performance.now();
  const depth = await work(f, c, e).resolve();
  const elapsed = (performance.now() - started) / 1_000;
  if (depth !== 4) throw new Error(`wrong result ${depth}, expected 4`);
  return elapsed;
}
