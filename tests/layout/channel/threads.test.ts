import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { Channel } from '../../../src/layout/channel/channel.js';
import type { ReaderDescriptor, WriterDescriptor } from '../../../src/layout/channel/descriptors.js';
import { scratch } from '../../support/paths.js';
import { within } from '../../support/waiting.js';

const bundle = join(scratch, `channels-${process.pid}`, 'channels.mjs');
const source = (name: string): string => join(import.meta.dirname, '../../../src/layout/channel', name);

beforeAll(async () => {
  const contents = ['writer', 'reader']
    .map((name) => `export * from ${JSON.stringify(source(`${name}.ts`))};`)
    .join('\n');
  const stdin = { contents, resolveDir: import.meta.dirname };
  await build({ stdin, bundle: true, outfile: bundle, platform: 'node', format: 'esm', target: 'es2022' });
});

afterAll(() => rm(dirname(bundle), { recursive: true, force: true }));

interface Report {
  readonly first: number;
  readonly last: number;
  readonly read: number;
  readonly torn: number;
  readonly disordered: number;
  readonly gaps: number;
}

interface End {
  readonly worker: Worker;
  readonly report: Promise<Report | undefined>;
}

interface Task {
  readonly count?: number;
  readonly longest?: number;
  readonly blocking?: boolean;
  readonly dieAt?: number;
}

/** Threads at the ends of one channel, and who passes rings on between them. */
class Threads {
  readonly #ends: End[] = [];

  constructor(readonly channel: Channel) {}

  start(role: 'write' | 'read', descriptor: WriterDescriptor | ReaderDescriptor, task: Task = {}): End {
    const seed = 7 + this.#ends.length;
    const workerData = { lib: pathToFileURL(bundle).href, role, descriptor, seed, longest: 300, ...task };
    const worker = new Worker(join(import.meta.dirname, 'threads/worker.js'), { workerData, stderr: false });
    const report = new Promise<Report | undefined>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: { readonly grow?: number; readonly report?: Report }) => {
        if (message.report !== undefined) resolve(message.report);
        if (message.grow === undefined) return;
        this.channel.grow(message.grow);
        this.passOn();
      });
      worker.on('exit', () => {
        resolve(undefined);
      });
    });
    const end = { worker, report };
    this.#ends.push(end);
    return end;
  }

  /** Sends a new ring to all. */
  passOn(): void {
    for (const ring of this.channel.commit()) for (const { worker } of this.#ends) worker.postMessage({ ring });
  }

  async end(): Promise<void> {
    await Promise.all(this.#ends.map(({ worker }) => worker.terminate()));
  }
}

async function reading(end: End): Promise<End> {
  await once(end.worker, 'message');
  return end;
}

test('four readers of all policies get whole values of random sizes, in order, however the threads stall', async () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 64 });
  const queue = channel.connect({ policy: 'queue', capacity: 16 });
  const narrow = channel.connect({ policy: 'queue', capacity: 2 });
  const leaky = channel.connect({ policy: 'leaky', capacity: 4 });
  const latest = channel.connect({ policy: 'latest' });
  const threads = new Threads(channel);
  const count = 60_000;
  const writer = channel.writer();
  const ends = [queue, narrow, leaky, latest].map((id) => threads.start('read', channel.reader(id)));
  threads.start('write', writer, { count });
  const reports = await within(25_000, Promise.all(ends.map(({ report }) => report)));
  for (const report of reports) expect(report).toMatchObject({ torn: 0, disordered: 0, last: count });
  for (const report of reports.slice(0, 2)) expect(report).toMatchObject({ first: 1, read: count, gaps: 0 });
  for (const [id, report] of [leaky, latest].map((each, at) => [each, reports[at + 2]] as const)) {
    const stats = channel.stats(id);
    expect((stats?.values ?? 0) + (stats?.overwritten ?? 0) + (stats?.dropped ?? 0)).toBe(count);
    expect(stats?.values).toBe(report?.read);
  }
  expect(channel.stats(queue)?.p99).toBeGreaterThan(0);
  await threads.end();
});

test('threads that block pass values on without an event loop', async () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 80 });
  const id = channel.connect({ policy: 'queue', capacity: 3 });
  const threads = new Threads(channel);
  const task = { count: 20_000, longest: 20, blocking: true };
  threads.start('write', channel.writer(), task);
  const { report } = threads.start('read', channel.reader(id), task);
  expect(await within(25_000, report)).toMatchObject({ torn: 0, gaps: 0, first: 1, read: 20_000 });
  await threads.end();
});

test('readers connect and disconnect while values are on their way', async () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 1200 });
  const first = channel.connect({ policy: 'queue', capacity: 8 });
  const threads = new Threads(channel);
  const constant = await reading(threads.start('read', channel.reader(first)));
  const writer = threads.start('write', channel.writer(), { count: 40_000 });
  const late = [];
  for (let round = 0; round < 6; round += 1) {
    const id = channel.connect({ policy: round % 2 === 0 ? 'queue' : 'latest', capacity: 4 });
    const end = threads.start('read', channel.reader(id));
    threads.passOn();
    await reading(end);
    if (round % 3 === 0) {
      await end.worker.terminate();
      channel.disconnect(id);
    } else late.push(end);
  }
  const reports = await within(25_000, Promise.all([constant, ...late].map(({ report }) => report)));
  expect(reports[0]).toMatchObject({ torn: 0, gaps: 0, first: 1, last: 40_000, read: 40_000 });
  for (const report of reports) expect(report).toMatchObject({ torn: 0, disordered: 0, last: 40_000 });
  await writer.report;
  await threads.end();
});

test('a reader that dies in the middle of a value does not hold the others up', async () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 1200 });
  const [dying, other] = [0, 1].map(() => channel.connect({ policy: 'queue', capacity: 4 }));
  const threads = new Threads(channel);
  const dead = threads.start('read', channel.reader(dying ?? 0), { dieAt: 100 });
  const { report } = threads.start('read', channel.reader(other ?? 0));
  threads.start('write', channel.writer(), { count: 5000 });
  expect(await within(25_000, dead.report)).toBeUndefined();
  channel.disconnect(dying ?? 0);
  expect(await within(25_000, report)).toMatchObject({ torn: 0, gaps: 0, read: 5000 });
  await threads.end();
});

test('readers get all that a writer has published that dies in the middle of a value', async () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 1200 });
  const ids = [channel.connect({ policy: 'queue', capacity: 4 }), channel.connect()];
  const threads = new Threads(channel);
  const ends = ids.map((id) => threads.start('read', channel.reader(id)));
  const writer = threads.start('write', channel.writer(), { count: 5000, dieAt: 1000 });
  expect(await within(25_000, writer.report)).toBeUndefined();
  channel.endWriter();
  const reports = await within(25_000, Promise.all(ends.map(({ report }) => report)));
  expect(reports[0]).toMatchObject({ torn: 0, gaps: 0, read: 999 });
  expect(reports[1]).toMatchObject({ torn: 0, disordered: 0, last: 999 });
  await threads.end();
});
