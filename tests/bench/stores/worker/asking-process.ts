import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibrary } from '../../contenders/library.js';
import type { Answer, Question } from '../asking-protocol.js';
import { loadStores } from '../library.js';

const [path = ''] = process.argv.slice(2);
const { node } = await loadLibrary();
const { DiskStore } = await loadStores();
const store = new DiskStore({ path });
await store.open();

let runs = 0;
const slow = node(
  async (seed: number, length: number) => {
    runs += 1;
    await sleep(length);
    return seed * 2;
  },
  { name: 'slow', persist: 'disk' },
);

process.on('message', (question) => {
  void answer(question as Question); // nothing else is sent
});
process.once('disconnect', () => void store.close());
tell({ ran: false });

async function answer({ seed, length }: Question): Promise<void> {
  const before = runs;
  if ((await slow(seed, length).resolve({ store })) !== seed * 2) throw new Error('wrong value');
  tell({ ran: runs > before });
}

function tell(said: Answer): void {
  process.send?.(said);
}
