import { beforeEach, describe, expect, it } from '@jest/globals';
import { registerCodec, type NodeFunction } from 'lazydag';
import {
  ARGUMENTS_FROM,
  AWAITS,
  BEGUN,
  CALLED,
  clockWord,
  FAILED,
  KEPT_VALUE,
  NOT_FOUND,
  REVOKED,
  SIGNAL,
  SKIPPED,
  unclaimed,
  UNSENDABLE,
  WITH_ATTEMPT,
  WITH_COPIES,
  WITH_DONATED,
  WITH_RECEIVER,
} from '../../../../src/executor/pool/messages.js';
import { CLASS } from '../../../../src/executor/pool/receiver.js';
import { pack } from '../../../../src/memory/payload/pack.js';
import { TestMemory } from '../../../memory/payload/travel.js';
import { turnOfLoop, until } from '../../../support/waiting.js';
import { add, fibonacci, negate, same, sameLater, spoil } from '../nodes/basic.js';
import { fails, failsLater, flaky, waits } from '../nodes/failing.js';
import { fleeting, vanishes } from '../nodes/unsendable.js';
import { addressFor, DrivenWorker } from './driven-worker.js';

type AnyNode = NodeFunction<never[]>;

const ONE = ARGUMENTS_FROM;
const TWO = 2 * ARGUMENTS_FROM;

/** A value as the pool packs it. */
function packed(value: unknown): unknown {
  return structuredClone(pack(value, { memory: new TestMemory() }));
}

let worker: DrivenWorker;

beforeEach(() => {
  worker = new DrivenWorker();
});

/** Numbers of nodes that the worker has learned of. */
async function taught(...nodes: readonly unknown[]): Promise<number[]> {
  return worker.teach(...(nodes as AnyNode[]));
}

describe('a batch', () => {
  it('is run job by job, and reported with what its nodes took', async () => {
    const [sum = 0, echo = 0] = await taught(add, same);
    worker.take(worker.announce({ batch: [1, 3], words: [sum, TWO, 2, 1, 2, 3, 4, echo, ONE, 1, 'x'] }));
    expect(worker.posted).toEqual([
      { words: [1, 0, 3, 3, 7, 'x'], costs: [sum, 2, expect.any(Number), echo, 1, expect.any(Number)] },
    ]);
    expect(worker.claim(1)).toBe(unclaimed(1) + 3);
  });

  it('that was taken back is passed over', async () => {
    const [sum = 0] = await taught(add);
    const batch = worker.announce({ batch: [2, 1], words: [sum, TWO, 1, 1, 2] });
    worker.control[2] = unclaimed(2) | REVOKED;
    worker.take(batch);
    expect(worker.posted).toEqual([]);
  });

  it('runs nothing whose value is not wanted, or whose input is missing', async () => {
    const [sum = 0, echo = 0] = await taught(add, same);
    const words = [sum, TWO, 2, 1, 2, 3, 4, echo, ONE, 4, [KEPT_VALUE, 0], [KEPT_VALUE, 1], [KEPT_VALUE, 1], 9];
    worker.take(worker.announce({ batch: [3, 6], words, keeps: [0, 1], skips: [0] }));
    expect(worker.results).toEqual(
      new Map<string, unknown>([
        ['3:0', [SKIPPED]],
        ['3:1', undefined],
        ['3:2', [SKIPPED]],
        ['3:3', 7],
        ['3:4', [SKIPPED]],
        ['3:5', 9],
      ]),
    );
  });

  it('sends a value back that should be kept, where calls are in it', async () => {
    const [fib = 0, echo = 0] = await taught(fibonacci, same);
    worker.take(worker.announce({ batch: [4, 2], words: [fib, ONE, 1, 3, echo, ONE, 1, [KEPT_VALUE, 0]], keeps: [0] }));
    expect(worker.results.get('4:0')).toMatchObject([CALLED, expect.anything(), expect.any(Array)]);
    expect(worker.results.get('4:1')).toEqual([SKIPPED]);
  });

  it('is reported in parts while it goes on for long', async () => {
    const [echo = 0] = await taught(same);
    worker.step = 3;
    worker.take(worker.announce({ batch: [5, 40], words: [echo, ONE, 40, ...Array.from({ length: 40 }, () => 0)] }));
    expect(worker.posted.length).toBeGreaterThan(1);
    expect(worker.results.size).toBe(40);
  });

  it('is reported as a whole while values are kept that would be lost with the thread', async () => {
    const [echo = 0] = await taught(same);
    worker.step = 3;
    const jobs = Array.from({ length: 40 }, (_, index) => (index < 39 ? 0 : [KEPT_VALUE, 0]));
    worker.take(worker.announce({ batch: [6, 40], words: [echo, ONE, 40, ...jobs], keeps: [0] }));
    expect(worker.posted).toHaveLength(1);
  });

  it('tells when its one job began, where that has a time limit', async () => {
    const [echo = 0] = await taught(same);
    worker.take(worker.announce({ batch: [7, 1], words: [echo, ONE, 1, 1], timed: true }));
    const began = worker.control[BEGUN] ?? 0;
    expect(began - clockWord(5_001_000)).toBeGreaterThanOrEqual(0);
    expect(began - clockWord(5_001_000)).toBeLessThan(10);
  });

  it('tells when each body began and what it took, where somebody listens', async () => {
    const [echo = 0] = await taught(same);
    worker.take(worker.announce({ batch: [8, 2], words: [echo, ONE, 2, 1, 2], observed: true, skips: [0] }));
    const [message] = worker.posted;
    expect(message).toMatchObject({ times: [0, 0, 0, 0, expect.any(Number), expect.any(Number), 0, 0] });
  });

  it('that comes while another runs is next', async () => {
    const [echo = 0] = await taught(same);
    let came = false;
    worker.looked = () => {
      if (came) return;
      came = true;
      worker.take(worker.announce({ batch: [10, 1], words: [echo, ONE, 1, 'second'] }));
    };
    worker.take(worker.announce({ batch: [9, 1], words: [echo, ONE, 1, 'first'] }));
    expect([...worker.results]).toEqual([
      ['9:0', 'first'],
      ['10:0', 'second'],
    ]);
  });
});

describe('a job', () => {
  it('knows its attempt', async () => {
    const [node = 0] = await taught(flaky);
    worker.take(worker.announce({ batch: [1, 1], words: [node, ONE + WITH_ATTEMPT, 1, 3, 'x'] }));
    expect(worker.results.get('1:0')).toEqual(packed(['x', 3]));
  });

  it('works on copies of what others may read', async () => {
    const [node = 0] = await taught(negate);
    const input = Float64Array.of(1, 2);
    worker.take(worker.announce({ batch: [1, 1], words: [node, ONE + WITH_COPIES, 1, [0], [0, input]] }));
    expect([...input]).toEqual([1, 2]);
    expect(worker.results.size).toBe(1);
  });

  it('that writes into an input fails in a debug batch, unless it was given to it', async () => {
    const [node = 0] = await taught(spoil);
    const words = [node, ONE, 1, [0, Float64Array.of(1)], node, ONE + WITH_DONATED, 1, [0], [0, Float64Array.of(1)]];
    worker.take(worker.announce({ batch: [1, 2], words, debug: true }));
    expect(worker.results.get('1:0')).toEqual([FAILED, undefined, 'DAG_INPUT_WRITTEN']);
    expect(worker.results.get('1:1')).toBe(1);
  });

  it('fails with what its body throws', async () => {
    const [node = 0] = await taught(fails);
    worker.take(worker.announce({ batch: [1, 1], words: [node, ONE, 1, 0] }));
    expect(worker.results.get('1:0')).toMatchObject([FAILED, expect.any(Array), undefined]);
  });

  it('whose class is not found is told so', async () => {
    const [node = 0] = await taught(same);
    worker.take(worker.announce({ batch: [1, 1], words: [node, ONE + WITH_RECEIVER, 1, [CLASS, 'Nowhere'], 0] }));
    expect(worker.results.get('1:0')).toMatchObject([FAILED, expect.any(Array), 'DAG_INSTANCE_STATE']);
  });

  it('of a node that was not announced cannot run', () => {
    worker.take(worker.announce({ batch: [1, 1], words: [9_999_999, ONE, 1, 0] }));
    expect(worker.results.get('1:0')).toMatchObject([UNSENDABLE, 'DAG_INTERNAL', expect.any(String)]);
  });

  it('of a module that cannot be imported is told what that threw', async () => {
    const address = { ...addressFor(same), id: 77_777, module: new URL('gone.js', import.meta.url).href };
    worker.take(worker.announce({ batch: [1, 1], words: [77_777, ONE, 1, 0], nodes: [address] }));
    await until(() => worker.results.size > 0);
    expect(worker.results.get('1:0')).toMatchObject([
      NOT_FOUND,
      'DAG_MODULE_IMPORT',
      expect.any(String),
      expect.any(Array),
    ]);
  });

  it('of a node that its module does not define is not found', async () => {
    const address = { ...addressFor(same), id: 77_778, name: 'nothing of the kind' };
    worker.take(worker.announce({ batch: [1, 1], words: [77_778, ONE, 1, 0], nodes: [address] }));
    await until(() => worker.results.size > 0);
    expect(worker.results.get('1:0')).toMatchObject([NOT_FOUND, 'DAG_NODE_NOT_IN_MODULE', expect.any(String)]);
  });

  it('whose result only the message as a whole shows cannot be sent fails alone', async () => {
    const [node = 0, echo = 0] = await taught(vanishes, same);
    worker.take(worker.announce({ batch: [1, 3], words: [echo, ONE, 1, [0, [1]], node, ONE, 1, 2, echo, ONE, 1, 5] }));
    expect(worker.results.get('1:0')).toEqual(packed([1]));
    expect(worker.results.get('1:1')).toMatchObject([
      UNSENDABLE,
      'DAG_CANNOT_TRAVEL',
      expect.stringContaining('gone by now'),
    ]);
    expect(worker.results.get('1:2')).toBe(5);
    expect(fleeting(1).value).toBe(1);
  });
});

describe('arguments', () => {
  class Broken {
    value = 1;
  }
  registerCodec(Broken, {
    encode: ({ value }) => value,
    decode: () => {
      throw new RangeError('cannot be rebuilt');
    },
  });

  it('that cannot be rebuilt fail their job alone, and say why', async () => {
    const [echo = 0] = await taught(same);
    worker.take(worker.announce({ batch: [1, 2], words: [echo, ONE, 2, packed(new Broken()), 5] }));
    expect(worker.results.get('1:0')).toMatchObject([
      UNSENDABLE,
      'DAG_CANNOT_TRAVEL',
      expect.stringContaining('cannot be rebuilt'),
    ]);
    expect(worker.results.get('1:1')).toBe(5);
  });

  it.each([
    ['from a module that is not known', ''],
    ['from a module that cannot be imported', new URL('gone.js', import.meta.url).href],
  ])('with a codec %s fail their job, after the attempt to import it', async (_, module) => {
    const [echo = 0] = await taught(same);
    worker.imported.length = 0;
    const word = (packed(new Broken()) as unknown[]).slice(0, 4);
    worker.take(worker.announce({ batch: [1, 1], words: [echo, ONE, 1, [...word, ['unheard of', module]]] }));
    await until(() => worker.results.size > 0);
    expect(worker.imported).toEqual(module === '' ? [] : [module]);
    expect(worker.results.get('1:0')).toMatchObject([UNSENDABLE, expect.any(String), expect.any(String)]);
  });
});

describe('a body that waits for a promise', () => {
  it('is told to wait, and its end comes later, with that of others of the same turn', async () => {
    const [later = 0, bad = 0] = await taught(sameLater, failsLater);
    worker.take(worker.announce({ batch: [1, 3], words: [later, ONE, 2, 'a', 'b', bad, ONE, 1, 0], timed: true }));
    for (const word of worker.results.values()) expect(word).toMatchObject([AWAITS, expect.any(Number)]);
    worker.posted.length = 0;
    await until(() => worker.results.size === 3);
    expect(worker.results.get('1:0')).toBe('a');
    expect(worker.results.get('1:1')).toBe('b');
    expect(worker.results.get('1:2')).toMatchObject([FAILED, expect.any(Array), undefined]);
  });

  it('hears that it is not wanted, and one that has ended does not', async () => {
    const [node = 0] = await taught(waits);
    worker.take(worker.announce({ batch: [1, 1], words: [node, ONE, 1, 0] }));
    worker.take({ type: 'cancel', batch: 1, index: 0, reason: 'enough' });
    worker.take({ type: 'cancel', batch: 1, index: 7, reason: 'enough' });
    await until(() => worker.results.get('1:0') === 'aborted');
    expect(worker.posted.filter(({ type }) => type === 'heard')).toEqual([
      { type: 'heard', batch: 1, index: 0 },
      { type: 'heard', batch: 1, index: 7 },
    ]);
  });
});

describe('messages', () => {
  it('that come while it looks out are taken at once', async () => {
    const [echo = 0] = await taught(same);
    const next = worker.announce({ batch: [2, 1], words: [echo, ONE, 1, 'posted'] });
    let looks = 0;
    worker.looked = () => {
      looks += 1;
      if (looks !== 8) return;
      worker.coming.push(next);
      worker.control[SIGNAL] = (worker.control[SIGNAL] ?? 0) + 1;
    };
    worker.take(worker.announce({ batch: [1, 1], words: [echo, ONE, 1, 'first'] }));
    expect([...worker.results.keys()]).toEqual(['1:0', '2:0']);
  });

  it('of numbers come and go by the mailboxes', async () => {
    const [sum = 0] = await taught(add);
    worker.announce({ batch: [2, 1], words: [] });
    let sent = false;
    worker.looked = () => {
      if (sent) return;
      sent = worker.inbox.put([
        [2, 1],
        [sum, TWO, 1, 3, 4],
      ]);
      if (sent) worker.outbox.open();
    };
    worker.take(worker.announce({ batch: [1, 1], words: [sum, TWO, 1, 1, 2] }));
    expect(sent).toBe(true);
    expect(worker.results.get('1:0')).toBe(3);
    expect(worker.outbox.close()).toEqual([
      [2, 0, 1, 7],
      [sum, 1, expect.any(Number)],
    ]);
  });

  it('are taken in the order in which they were sent, whichever way they come', async () => {
    const [sum = 0, echo = 0] = await taught(add, same);
    worker.announce({ batch: [2, 1], words: [] });
    const posted = worker.announce({ batch: [3, 1], words: [echo, ONE, 1, 'posted'] });
    let sent = false;
    worker.looked = () => {
      if (sent) return;
      sent = worker.inbox.put([
        [2, 1],
        [sum, TWO, 1, 3, 4],
      ]);
      if (!sent) return;
      worker.coming.push(posted);
      worker.control[SIGNAL] = (worker.control[SIGNAL] ?? 0) + 1;
    };
    worker.take(worker.announce({ batch: [1, 1], words: [sum, TWO, 1, 1, 2] }));
    expect([...worker.results.keys()]).toEqual(['1:0', '2:0', '3:0']);
  });

  it('are waited for by the event loop when it has been kept for long', async () => {
    const [echo = 0] = await taught(same);
    worker.step = 20;
    worker.coming.push(worker.announce({ batch: [2, 1], words: [echo, ONE, 1, 'later'] }));
    worker.take(worker.announce({ batch: [1, 1], words: [echo, ONE, 1, 'first'] }));
    expect([...worker.results.keys()]).toEqual(['1:0']);
    await turnOfLoop();
  });

  it('are not looked out for after that was often in vain', async () => {
    const [echo = 0] = await taught(same);
    for (let round = 1; round <= 10; round += 1)
      worker.take(worker.announce({ batch: [round, 1], words: [echo, ONE, 1, round] }));
    expect(worker.results.size).toBe(10);
  });

  it('end the thread', () => {
    worker.take({ type: 'stop' });
    expect(worker.stopped).toBe(true);
  });
});
