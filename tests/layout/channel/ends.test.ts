import { expect, test } from '@jest/globals';
import { Bell } from '../../../src/layout/channel/bell.js';
import { Channel } from '../../../src/layout/channel/channel.js';
import { ChannelReader } from '../../../src/layout/channel/reader.js';
import { ChannelWriter } from '../../../src/layout/channel/writer.js';
import { struct } from '../../../src/memory/struct/define.js';
import type { StructView } from '../../../src/memory/struct/definition.js';
import { turnOfLoop, within } from '../../support/waiting.js';

const Count = struct({ n: 'f64' });
type View = StructView<typeof Count>;

function open(options: Parameters<Channel['connect']>[0]) {
  const channel = new Channel({ record: Count.describe() });
  const id = channel.connect(options);
  const writer = new ChannelWriter<View>(channel.writer());
  const reader = new ChannelReader<View>(channel.reader(id));
  const publish = (n: number) => {
    const view = writer.tryClaim();
    if (view === undefined) throw new Error('no room');
    view.n = n;
    writer.publish();
  };
  return { channel, id, writer, reader, publish };
}

test('a reader that waits wakes up, and the event loop runs on meanwhile', async () => {
  const { reader, publish, writer } = open({ policy: 'queue' });
  const taken = reader.take();
  await turnOfLoop();
  publish(3);
  expect((await within(2000, taken))?.n).toBe(3);
  const end = reader.take();
  await turnOfLoop();
  writer.close();
  expect(await within(2000, end)).toBeUndefined();
  expect([reader.ended, writer.closed, await writer.claim()]).toEqual([true, true, undefined]);
});

test('a writer waits while a queue is full, until its reader takes or closes', async () => {
  const { reader, publish, writer } = open({ policy: 'queue', capacity: 2 });
  publish(1);
  publish(2);
  expect([writer.hasRoom, writer.tryClaim(), writer.claimSync(0, 1)]).toEqual([false, undefined, undefined]);
  const claimed = writer.claim();
  await turnOfLoop();
  expect(reader.tryTake()?.n).toBe(1);
  expect(await within(2000, claimed)).toBeDefined();
  writer.publish();
  const other = writer.claim();
  await turnOfLoop();
  reader.close();
  expect(await within(2000, other)).toBeDefined();
  expect(reader.takeSync()).toBeUndefined();
});

test('who waits in take learns that its reader was closed', async () => {
  const { reader } = open({});
  const taken = reader.take();
  await turnOfLoop();
  reader.close();
  expect(await within(2000, taken)).toBeUndefined();
});

test('several readers of a thread wait at one bell', async () => {
  const bell = Bell.allocate();
  const ends = [open({ bell }), open({ bell, policy: 'leaky' })];
  const taken = ends.map(({ reader }) => reader.take());
  await turnOfLoop();
  ends.forEach(({ publish }, index) => publish(index));
  expect((await within(2000, Promise.all(taken))).map((view) => view?.n)).toEqual([0, 1]);
  expect(ends[0]?.reader.takeSync(1)).toBeUndefined();
});

test('a slot that was given back is seen by nobody', () => {
  const { reader, publish, writer } = open({ policy: 'queue' });
  writer.tryClaim();
  writer.cancel();
  publish(1);
  expect([reader.tryTake()?.n, reader.tryTake()]).toEqual([1, undefined]);
  expect(() => writer.publish()).toThrow('without a claim');
});

test('statistics tell what was read, lost and waits', () => {
  const latest = open({ policy: 'latest' });
  const leaky = open({ policy: 'leaky', capacity: 3 });
  for (const { publish } of [latest, leaky]) for (let n = 1; n <= 10; n += 1) publish(n);
  expect(leaky.channel.stats(leaky.id)).toMatchObject({ values: 0, overwritten: 0, dropped: 7, depth: 3 });
  expect([latest.reader.tryTake()?.n, leaky.reader.tryTake()?.n]).toEqual([10, 8]);
  expect(latest.channel.stats(latest.id)).toMatchObject({ policy: 'latest', values: 1, overwritten: 9, depth: 0 });
  expect(leaky.channel.stats(leaky.id)).toMatchObject({ values: 1, dropped: 7, depth: 2 });
  expect(leaky.channel.published).toBe(10);
  leaky.channel.disconnect(leaky.id);
  expect(leaky.channel.stats(leaky.id)).toBeUndefined();
});

test('channels of bytes carry any length, in slots that grow when they must', () => {
  const channel = new Channel({ record: 'bytes', slotBytes: 8 });
  const id = channel.connect({ policy: 'queue', maxBytes: 256 });
  const reader = new ChannelReader<Uint8Array>(channel.reader(id));
  const plain = new ChannelWriter<Uint8Array>(channel.writer());
  expect(() => plain.tryClaim(9)).toThrow('must have at most 8 bytes, got 9');
  const writer = new ChannelWriter<Uint8Array>(channel.writer(), {
    onGrow(bytes) {
      channel.grow(bytes);
      for (const ring of channel.commit()) for (const end of [reader, writer]) end.attach(ring);
    },
  });
  const lengths = [3, 0, 9, 100, 8];
  for (const [index, length] of lengths.entries()) {
    writer.tryClaim(length)?.fill(index);
    writer.publish(length);
    if (index < 1) continue;
    const taken = reader.tryTake();
    expect([taken?.length, taken?.every((byte) => byte === index - 1)]).toEqual([lengths[index - 1], true]);
  }
  // In 256 bytes there are two slots of 128.
  expect(writer.tryClaim()).toBeDefined();
  writer.publish(1);
  expect([writer.slotBytes, writer.hasRoom]).toEqual([100, false]);
  writer.close();
  expect([reader.tryTake()?.length, reader.tryTake()?.length, reader.ended]).toEqual([8, 1, true]);
});

test('a reader that comes after the end of the writer sees the end', () => {
  const { channel, writer } = open({});
  writer.close();
  const late = new ChannelReader(channel.reader(channel.connect()));
  expect([late.ended, late.takeSync()]).toEqual([true, undefined]);
});

test('a writer goes on where one has left off that died', () => {
  const { channel, publish, reader, writer } = open({ policy: 'queue' });
  publish(1);
  writer.tryClaim();
  const other = new ChannelWriter<View>(channel.writer());
  const view = other.tryClaim();
  if (view !== undefined) view.n = 2;
  other.publish();
  expect([reader.tryTake()?.n, reader.tryTake()?.n]).toEqual([1, 2]);
});

test('options that there are not, or not so, are refused', () => {
  const channel = new Channel({ record: 'bytes' });
  expect(() => channel.connect({ policy: 'newest' as 'latest' })).toThrow(
    "`policy` must be 'latest', 'queue' or 'leaky'",
  );
  expect(() => channel.connect({ capacity: 0 })).toThrow('`capacity` must be a whole number from 1');
  expect(() => new Channel({ record: {} as 'bytes' })).toThrow('`record` must be the description of a struct');
});
