import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
// Threads find components by modules of the build, which have to be those of the tests, too.
import { Collector, Layout, type ComponentRef, type Context } from '../../dist/layout/index.js';
import { until, within } from '../support/waiting.js';
import { CodedSource } from './nodes/coded-source.js';
import { CodedSum } from './nodes/coded-sum.js';
import {
  Counter,
  ExitsStarting,
  Gain,
  Hangs,
  Misbehave,
  Pair,
  Seldom,
  Sum,
  Times,
  Value,
  Write,
} from './nodes/parts.js';

/** A layout that a function of the test sets up. */
class Made extends Layout {
  constructor(private readonly make: (layout: Layout, contexts: readonly [Context, Context, Context]) => unknown) {
    super();
  }

  setup(): void {
    const here = this.context({ inline: true, name: 'here' });
    this.make(this, [this.context({ name: 'one' }), this.context({ name: 'other' }), here]);
  }
}

/** Calls a function of the test. Undecorated: for the thread of the test. */
class Call extends Collector {
  constructor(private readonly call: (...values: never[]) => unknown) {
    super();
  }

  compute(...values: unknown[]): unknown {
    return this.call(...(values as never[])); // whatever the test says that it gets
  }
}

async function withFile(run: (file: string, read: () => string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lazydag-layout-'));
  const file = join(folder, 'told');
  try {
    await run(file, () => readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('contexts on threads', () => {
  test('hand records from one to the other: each once, whole and in order', async () => {
    await withFile(async (file, read) => {
      const running = await new Made((layout, [one, other]) => {
        const counter = layout.add(one, Counter, 5000);
        layout.connect(counter, layout.add(other, Write, file), { policy: 'queue', capacity: 16 });
      }).start();
      await within(20_000, running.done);
      expect(read()).toBe(`start\nstop ${JSON.stringify(upTo(5000))}\n`);
    });
  });

  test('give whole records to a reader that samples', async () => {
    await withFile(async (file, read) => {
      const running = await new Made((layout, [one, other]) => {
        layout.connect(layout.add(one, Counter, 20_000), layout.add(other, Write, file));
      }).start();
      await within(20_000, running.done);
      const got = JSON.parse(read().slice('start\nstop '.length)) as number[];
      expect(got).not.toContain(-1);
      expect(got).toEqual([...got].sort((a, b) => a - b));
      expect(got.at(-1)).toBe(19_999);
    });
  });

  test('rest while nothing comes, and wake up for it', async () => {
    await withFile(async (file, read) => {
      const running = await new Made((layout, [one, other]) => {
        layout.connect(layout.add(one, Seldom), layout.add(other, Write, file), { policy: 'queue' });
      }).start();
      await within(20_000, running.done);
      expect(read()).toBe('start\nstop [0,1,2,3,4]\n');
    });
  });

  test('work together with the calling thread', async () => {
    const got: number[] = [];
    const running = await new Made((layout, [one, other, here]) => {
      const counter = layout.add(one, Counter, 500);
      const value = layout.add(other, Value);
      layout.connect(counter, value, { policy: 'queue' });
      layout.connect(
        value,
        layout.add(here, Call, (n: number) => void got.push(n)),
        { policy: 'queue', capacity: 4 },
      );
    }).start();
    await within(20_000, running.done);
    expect(got).toEqual(upTo(500));
  });

  test('take changes while they run', async () => {
    const got: number[] = [];
    const parts: { counter?: ComponentRef } = {};
    const running = await new Made((layout, [one, other]) => {
      const counter = layout.add(one, Counter);
      parts.counter = counter;
      const times = layout.add(other, Times, 1);
      layout.connect(counter, times);
      layout.connect(times, layout.add(other, Value));
    }).start();
    const { counter } = parts;
    const fresh = running.context({ name: 'fresh' });
    const here = running.context({ inline: true });
    const gain = await running.change((wiring) => {
      const made = wiring.add(fresh, Gain);
      wiring.connect(counter as ComponentRef, made, { policy: 'queue' });
      wiring.connect(
        made,
        wiring.add(here, Call, ({ n }: { n: number }) => void got.push(n)),
        {
          policy: 'queue',
        },
      );
      return made;
    });
    await until(() => got.length > 50, 1e6);
    await running.set(gain, { gain: 0 });
    await until(() => got.at(-1) === 0, 1e6);
    await expect(running.set(gain, { gain: 6 })).rejects.toThrow('DAG_PARAMETER');
    await running.remove(gain);
    await within(20_000, running.stop());
    const before = got.slice(0, got.indexOf(0, 1));
    expect(before).toEqual(before.map((_, index) => (before[0] ?? 0) + index));
  });

  test('load the modules of codecs that come to them', async () => {
    const got: number[] = [];
    const running = await new Made((layout, [one, other, here]) => {
      const sum = layout.add(other, CodedSum);
      layout.connect(layout.add(one, CodedSource), sum, { policy: 'queue' });
      layout.connect(
        sum,
        layout.add(here, Call, (n: number) => void got.push(n)),
        { policy: 'queue' },
      );
    }).start();
    await within(20_000, running.done);
    expect(got).toEqual([2, 4, 6]);
  });

  test('add up over both', async () => {
    const got: number[] = [];
    const running = await new Made((layout, [one, other, here]) => {
      const counter = layout.add(one, Counter, 300, 7);
      const sum = layout.add(one, Sum);
      for (const factor of [2, 3, 5]) {
        const times = layout.add(factor === 3 ? one : other, Times, factor);
        layout.connect(counter, times, { policy: 'queue', capacity: 2 });
        layout.connect(times, sum, { policy: 'queue', capacity: 3 });
      }
      layout.connect(
        sum,
        layout.add(here, Call, ({ n }: { n: number }) => void got.push(n)),
        { policy: 'queue' },
      );
    }).start();
    await within(20_000, running.done);
    expect(got).toEqual(upTo(300).map((n) => 10 * n));
  });
});

test.each(['disconnect', 'remove'] as const)('nothing fires with an argument missing after %s()', async (how) => {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  for (let round = 0; round < 3; round += 1) {
    counts[0] = 0;
    const refs: { source?: ComponentRef; pair?: ComponentRef } = {};
    const running = await new Made((layout, [one, other]) => {
      const source = layout.add(one, Counter);
      const pair = layout.add(other, Pair, counts);
      layout.connect(source, pair, { policy: 'queue' });
      layout.connect(layout.add(one, Counter), pair, { policy: 'queue' });
      Object.assign(refs, { source, pair });
    }).start();
    const { source, pair } = refs as Required<typeof refs>;
    await until(() => (counts[0] ?? 0) > 10, 1e6);
    await (how === 'remove' ? running.remove(source) : running.disconnect(source, pair));
    await running.stop();
  }
  expect(counts[1]).toBe(0);
});

describe('a thread that ends', () => {
  const layoutWith = (how: string, file: string, options = {}): Layout =>
    new Made((layout, [one, , here]) => {
      const victim = layout.context({ name: 'victim', ...options });
      const counter = layout.add(one, Counter);
      const bad = layout.add(victim, Misbehave, how as 'exit');
      layout.connect(counter, bad, { policy: 'queue', capacity: 2 });
      layout.connect(counter, layout.add(one, Write, file), { policy: 'queue' });
      layout.connect(
        bad,
        layout.add(here, Call, () => undefined),
      );
    });

  test.each([
    [
      'by process.exit()',
      'exit',
      {},
      'DAG_CONTEXT_DIED',
      /^DAG_CONTEXT_DIED: victim: its thread has ended, and Misbehave with it: .*7/,
    ],
    ['by a rejection that nobody handles', 'reject', {}, 'DAG_CONTEXT_DIED', /nobody waits/],
    ['for want of memory', 'memory', { resourceLimits: { maxOldGenerationSizeMb: 24 } }, 'DAG_CONTEXT_DIED', /victim/],
    ['not, but fails', 'throw', {}, 'DAG_COMPONENT_FAILED', /^DAG_COMPONENT_FAILED: Misbehave in victim: on a thread/],
  ])('%s ends the layout in order', async (_, how, options, code, message) => {
    await withFile(async (file, read) => {
      const running = await layoutWith(how, file, options).start();
      await expect(within(20_000, running.done)).rejects.toMatchObject({
        code,
        context: 'victim',
        message: expect.stringMatching(message),
      });
      expect(read()).toMatch(/^start\nstop \[0,1,2/);
    });
  });

  test('never is ended when the layout is stopped', async () => {
    await withFile(async (file, read) => {
      const running = await layoutWith('loop', file).start();
      // The third value was taken: it fires for ever.
      await until(() => running.stats().edges.some(({ to, values }) => to === 'Misbehave' && values === 3), 1e6);
      await expect(within(20_000, running.stop({ timeout: 100 }))).rejects.toMatchObject({
        code: 'DAG_LAYOUT_TIMEOUT',
        component: 'Misbehave',
        context: 'victim',
      });
      expect(read()).toMatch(/^start\nstop \[0,1,2/);
    });
  });
});

test('a thread that ends while a component starts there is why the layout cannot, and what has started is stopped', async () => {
  await withFile(async (file, read) => {
    const started = new Made((layout, [one, other]) => {
      const counter = layout.add(one, Counter);
      layout.connect(counter, layout.add(one, Write, file));
      layout.connect(counter, layout.add(other, ExitsStarting));
    }).start();
    await expect(within(20_000, started)).rejects.toMatchObject({ code: 'DAG_CONTEXT_DIED', context: 'other' });
    expect(read()).toBe('start\nstop []\n');
  });
});

test.each([
  ['waits for ever', false, 'starting\nstopped\n'],
  ['blocks its thread', true, 'starting\n'],
])('a start() that %s is given up when the signal is aborted, and its thread ends', async (_, blocks, told) => {
  await withFile(async (file, read) => {
    const controller = new AbortController();
    const started = new Made((layout, [one, other]) => {
      layout.connect(layout.add(one, Counter), layout.add(other, Hangs, file, blocks));
    }).start({ signal: controller.signal });
    await until(() => existsSync(file), 1e6);
    controller.abort();
    await expect(within(20_000, started)).rejects.toMatchObject({
      code: 'DAG_ABORTED',
      message: expect.stringContaining('while start() of Hangs in other went on'),
    });
    expect(read()).toBe(told);
  });
});

describe('what cannot be built on a thread', () => {
  test('is refused: a resource that cannot travel, by its name', async () => {
    const layout = new Made((made, [one]) => made.add(one, Counter));
    await expect(within(20_000, layout.start({ resources: { f: () => 1 } }))).rejects.toMatchObject({
      code: 'DAG_COMPONENT_FAILED',
      message: expect.stringMatching(
        /start\(\): DAG_CANNOT_TRAVEL: resources\.f cannot travel to another thread: it is the function f/,
      ),
    });
  });

  test('is refused: an argument that cannot travel', async () => {
    const layout = new Made((made, [one]) => made.add(one, Write, (() => 'function') as never));
    await expect(within(20_000, layout.start())).rejects.toMatchObject({
      code: 'DAG_COMPONENT_FAILED',
      component: 'Write',
      context: 'one',
      message: expect.stringMatching(
        /its constructor: DAG_CANNOT_TRAVEL: argument 0 cannot travel to another thread: it is a function/,
      ),
    });
  });

  test('is refused: a class that its module does not define', async () => {
    const { component } = await import('../../dist/layout/index.js');
    class Hidden extends Collector {
      compute(): void {
        // takes what comes
      }
    }
    component({ module: new URL('./nodes/parts.js', import.meta.url).href })(Hidden);
    const layout = new Made((made, [one, other]) => {
      made.connect(made.add(one, Counter, 1), made.add(other, Hidden));
    });
    await expect(within(20_000, layout.start())).rejects.toMatchObject({
      component: 'Hidden',
      context: 'other',
      message: expect.stringContaining('Hidden was not defined while'),
    });
  });
});

test('one file is enough: layout and components, without a guard', async () => {
  const program = fileURLToPath(new URL('nodes/program.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], { timeout: 25_000 });
  expect(stdout).toBe('0 1 2 3 4\ndone\n');
});
