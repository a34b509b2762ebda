import { describe, expect, test } from '@jest/globals';
import { Gate } from '../../../src/store/disk/gate.js';
import { WriteQueue, type Write } from '../../../src/store/disk/write-queue.js';
import { turnOfLoop } from '../../support/waiting.js';

interface Log {
  readonly transactions: number[];
  readonly ended: string[];
}

function queue(): { readonly queue: WriteQueue<undefined>; readonly log: Log } {
  const log: Log = { transactions: [], ended: [] };
  const made = new WriteQueue<undefined>((batch) => {
    log.transactions.push(batch.length);
    for (const write of batch) write.run(undefined);
  });
  return { queue: made, log };
}

function write({ ended }: Log, name: string, run: () => void = () => undefined, size = 1): Write<undefined> {
  return {
    size,
    run,
    done: () => void ended.push(name),
    failed: (thrown) => void ended.push(`${name}: ${(thrown as Error).message}`),
  };
}

describe('the queue of changes', () => {
  test('makes what comes in one turn in one transaction', async () => {
    const { queue: changes, log } = queue();
    for (const name of ['a', 'b', 'c']) changes.add(write(log, name));
    expect(log.transactions).toEqual([]);
    await turnOfLoop();
    expect(log).toEqual({ transactions: [3], ended: ['a', 'b', 'c'] });
  });

  test('bounds a transaction in changes and in bytes', () => {
    const { queue: changes, log } = queue();
    for (let index = 0; index < 300; index += 1) changes.add(write(log, 'small'));
    for (let index = 0; index < 3; index += 1) changes.add(write(log, 'large', undefined, 2 ** 21));
    changes.flush();
    expect(log.transactions).toEqual([256, 45, 1, 1]);
    expect(log.ended).toHaveLength(303);
  });

  test('makes the others where one fails', () => {
    const { queue: changes, log } = queue();
    changes.add(write(log, 'a'));
    changes.add(
      write(log, 'b', () => {
        throw new Error('broken');
      }),
    );
    changes.add(write(log, 'c'));
    changes.flush();
    expect(log.ended).toEqual(['a', 'b: broken', 'c']);
  });

  test('does not try one by one what the disk has no room for', () => {
    const { queue: changes, log } = queue();
    const full = (): void => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    changes.add(write(log, 'a', full));
    changes.add(write(log, 'b'));
    changes.flush();
    expect(log).toEqual({ transactions: [2], ended: ['a: full', 'b: full'] });
  });
});

test('a gate lets so many through at once, in order', async () => {
  const gate = new Gate(2);
  const events: string[] = [];
  const go: (() => void)[] = [];
  const passing = ['a', 'b', 'c'].map((name, index) =>
    gate.pass(async () => {
      events.push(name);
      await new Promise<void>((done) => (go[index] = done));
      if (name === 'b') throw new Error('b');
    }),
  );
  const settled = Promise.allSettled(passing);
  await turnOfLoop();
  expect(events).toEqual(['a', 'b']);
  go[1]?.();
  await turnOfLoop();
  expect(events).toEqual(['a', 'b', 'c']);
  go[0]?.();
  go[2]?.();
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
