import { describe, expect, test } from '@jest/globals';
import { Collector, component, type Context, type Layout } from '../../src/layout/index.js';
import { deferred, turnOfLoop, until, within } from '../support/waiting.js';
import { Counter, Keep, Made, type Count } from './parts.js';

/** Says when it starts and stops; its start waits for what a test says. */
@component()
class Opens extends Collector<[typeof Count]> {
  constructor(
    private readonly id: string,
    private readonly told: string[],
    private readonly opening: (signal: AbortSignal) => unknown = () => undefined,
  ) {
    super();
  }

  async start(): Promise<void> {
    this.told.push(`start ${this.id}`);
    await this.opening(this.signal);
    this.told.push(`open ${this.id}`);
  }

  stop(): void {
    this.told.push(`stop ${this.id}`);
  }

  compute(): void {
    // takes what comes
  }
}

/** Waits for ever, or until a signal is aborted. */
const patiently = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('gave up'));
    });
  });

describe('a start() that hangs', () => {
  const three =
    (told: string[], opening: (signal: AbortSignal) => unknown) =>
    (layout: Layout, here: Context): void => {
      const source = layout.add(here, Counter);
      layout.connect(source, layout.add(here, Opens, 'one', told));
      layout.connect(source, layout.add(here, Opens, 'two', told, opening));
      layout.connect(source, layout.add(here, Opens, 'three', told));
    };

  test.each([
    ['listens to its signal', patiently],
    ['does not', (): Promise<unknown> => deferred().promise],
  ])('is given up when the signal of the layout is aborted, where it %s', async (_, opening) => {
    const told: string[] = [];
    const controller = new AbortController();
    const started = new Made(three(told, opening)).start({ signal: controller.signal });
    await until(() => told.includes('start two'));
    controller.abort(new Error('enough'));
    await expect(within(5000, started)).rejects.toMatchObject({
      code: 'DAG_ABORTED',
      message: 'DAG_ABORTED: The layout was aborted by its signal while start() of Opens 2 in here went on.',
      cause: new Error('enough'),
    });
    expect(told).toEqual(['start one', 'open one', 'start two', 'stop two', 'stop one']);
  });

  test('is closed again when it comes to its end after all', async () => {
    const told: string[] = [];
    const gate = deferred();
    const controller = new AbortController();
    const started = new Made(three(told, () => gate.promise)).start({ signal: controller.signal });
    await until(() => told.includes('start two'));
    controller.abort();
    await expect(within(5000, started)).rejects.toMatchObject({ code: 'DAG_ABORTED' });
    told.length = 0;
    gate.resolve();
    await turnOfLoop();
    expect(told).toEqual(['open two', 'stop two']);
  });

  test('is given up when the layout to which it is added is stopped', async () => {
    const told: string[] = [];
    const kept: number[] = [];
    const running = await new Made((layout, here) => {
      layout.connect(layout.add(here, Counter), layout.add(here, Keep, kept));
    }).start();
    const added = running.add(running.context({ inline: true, name: 'other' }), Opens, 'late', told, patiently);
    await until(() => told.includes('start late'));
    const ends = await within(5000, Promise.allSettled([added, running.stop()]));
    expect(ends).toMatchObject([
      {
        status: 'rejected',
        reason: {
          code: 'DAG_LAYOUT_OVER',
          message: expect.stringContaining('while start() of Opens in other went on'),
        },
      },
      { status: 'fulfilled' },
    ]);
    expect(told).toEqual(['start late', 'stop late']);
  });
});

test('a setup() that hangs is given up when the signal is aborted', async () => {
  const controller = new AbortController();
  const started = new Made(() => deferred().promise).start({ signal: controller.signal });
  controller.abort();
  await expect(within(5000, started)).rejects.toMatchObject({ code: 'DAG_ABORTED' });
});

test('a signal that was aborted already, and one that setup() aborts, end it at once', async () => {
  let set = 0;
  const layout = new Made(() => {
    set += 1;
    return deferred().promise;
  });
  await expect(within(5000, layout.start({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
    code: 'DAG_ABORTED',
  });
  expect(set).toBe(0);
  const controller = new AbortController();
  const aborts = new Made(() => {
    controller.abort();
    return deferred().promise;
  });
  await expect(within(5000, aborts.start({ signal: controller.signal }))).rejects.toMatchObject({
    code: 'DAG_ABORTED',
    message: expect.stringContaining('setup()'),
  });
});

test('what a setup() adds after it was given up is not part of the next start()', async () => {
  const gates = [deferred(), deferred()];
  const ends = [deferred<unknown>(), deferred<unknown>()];
  let times = 0;
  const layout = new Made(async (made, here) => {
    const time = times++;
    await gates[time]?.promise;
    try {
      made.connect(made.add(here, Counter), made.add(here, Keep, []));
      ends[time]?.resolve('added');
    } catch (error) {
      ends[time]?.resolve(error);
    }
  });
  const controller = new AbortController();
  const first = layout.start({ signal: controller.signal });
  controller.abort();
  await expect(within(5000, first)).rejects.toMatchObject({ code: 'DAG_ABORTED' });
  const second = layout.start();
  gates[0]?.resolve();
  expect(await ends[0]?.promise).toMatchObject({ code: 'DAG_LAYOUT' });
  gates[1]?.resolve();
  const running = await within(5000, second);
  expect(running.stats().components.map(({ name }) => name)).toEqual(['Counter', 'Keep']);
  await running.stop();
});
