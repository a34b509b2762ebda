import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turnOfLoop } from './waiting.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage, and lets nothing run that waits for collections. */
export function collectGarbageNow(): void {
  collect();
}

/** Collects garbage, and lets what waits for collections run. */
export async function collectGarbage(): Promise<void> {
  await turnOfLoop();
  collect();
  await turnOfLoop();
}

/** Whether the object of a reference is collected soon. */
export async function isCollected(reference: WeakRef<object>, rounds = 20): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    if (reference.deref() === undefined) return true;
    await collectGarbage();
  }
  return reference.deref() === undefined;
}
