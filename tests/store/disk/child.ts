// A process of its own on a store, for tests: child.ts PATH WHAT. Says what it does line by line.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DiskStore } from '../../../src/store/disk/disk-store.js';

const [, , path = '', what = ''] = process.argv;
const store = new DiskStore({ path });

/** Threads do not take over that their process reads TypeScript. */
const THREAD = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(require('node:worker_threads').workerData);
});`;

const STAMP = { node: 'p:m#f', source: 's', module: 'm' };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What every process puts under a key, so that others can tell whether it is right. */
function valueOf(index: number): unknown {
  return { index, samples: new Float64Array(5000 + (index % 7) * 1000).fill(index), text: `v${index}` };
}

switch (what) {
  case 'put': {
    await store.open();
    say('open');
    for (let index = 0; ; index = (index + 1) % 40) {
      await store.put(`k${index}`, index % 3 === 0 ? index : valueOf(index), { cost: index });
      say(`put ${index}`);
    }
  }
  case 'journal': {
    await store.open();
    for (const index of [2, 0, 1]) await store.put(`k${index}`, index, { stamp: STAMP }, { createdAt: 1000 + index });
    say('put');
    // As it is now: nothing is taken over by the index any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    break;
  }
  case 'lock':
    await store.open();
    say(store.tryLock('the key') === undefined ? 'refused' : 'locked');
    process.stdin.resume(); // until it is killed
    break;
  case 'threads': {
    await store.open();
    await store.put('large', new Float64Array(10_000).fill(1), { cost: 0 });
    // `stdin` keeps them until they are terminated.
    const options = { eval: true, workerData: import.meta.url, stdin: true, stdout: true };
    const threads = ['lock', 'find'].map((task) => new Worker(THREAD, { ...options, argv: [path, task] }));
    for (const thread of threads) say(String(((await once(thread.stdout, 'data')) as [Buffer])[0]).trim());
    say(store.tryLock('the key') === undefined ? 'refused' : 'locked');
    process.stdin.once('data', () => {
      void Promise.all(threads.map((thread) => thread.terminate())).then(() => {
        say('terminated');
      });
    });
    break;
  }
  case 'find':
    await store.open();
    say(store.find('large') === undefined ? 'nothing' : 'found');
    process.stdin.resume();
    break;
  case 'forget':
    await store.open();
    void store.put('forgotten', new Uint8Array(100_000).fill(3));
    void store.put('small', 1);
    say('done');
    break;
  case 'wait': {
    await store.open();
    say('open');
    const look = (): void => {
      const entry = store.find('from another');
      if (entry === undefined) setTimeout(look, 2);
      else say(`found ${String(entry.read())}`);
    };
    look();
    break;
  }
  case 'settle':
    await store.open();
    say('open');
    // Lets the index take over what others have put.
    for (;;) await store.stats();
  default:
    throw new Error(`no such thing as ${what}`);
}
