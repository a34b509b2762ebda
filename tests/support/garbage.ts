import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turnOfLoop } from './waiting.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage, and lets what waits for collections run. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await turnOfLoop();
    collect();
  }
  await turnOfLoop();
}

/** Whether the object of a reference is collected soon. */
export async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 10; round += 1) {
    if (reference.deref() === undefined) return true;
    await collectGarbage();
  }
  return reference.deref() === undefined;
}
