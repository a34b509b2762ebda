import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Batch } from '../../../src/executor/pool/batch.js';
import { Deadlines, type Watched } from '../../../src/executor/pool/deadlines.js';
import type { DownMessage } from '../../../src/executor/pool/messages.js';
import type { Verdict } from '../../../src/executor/pool/thread-end.js';

class FakeThread implements Watched {
  over = false;
  begun = 0;
  begunAt = 0;
  isRunning = false;
  readonly posted: DownMessage[] = [];
  readonly verdicts: Verdict[] = [];
  claimed(): number {
    return this.begun;
  }
  post(message: DownMessage): void {
    this.posted.push(message);
  }
  terminate(verdict: Verdict): void {
    this.verdicts.push(verdict);
  }
}

let thread: FakeThread;
let deadlines: Deadlines;
let batch: Batch;
const cancellation = { reason: 'not wanted', grace: 10 };

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  thread = new FakeThread();
  deadlines = new Deadlines(thread);
  // As much of a batch as is looked at.
  batch = { id: 7, jobs: [{}, {}], awaiting: new Set<number>() } as unknown as Batch;
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a job that is not wanted', () => {
  it('ends its thread if it runs at the end of its grace', () => {
    thread.begun = 1;
    deadlines.watch(batch, 0, cancellation);
    jest.advanceTimersByTime(9);
    expect(thread.verdicts).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(thread.verdicts).toMatchObject([{ blame: { code: 'DAG_WORKER_DIED' } }]);
  });

  it('is looked at again while it is yet to begin', () => {
    deadlines.watch(batch, 1, cancellation);
    jest.advanceTimersByTime(10);
    thread.begun = 2;
    jest.advanceTimersByTime(49);
    expect(thread.verdicts).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(thread.verdicts).toHaveLength(1);
  });

  it.each([
    ['has ended', () => (batch.jobs[0] = undefined)],
    ['waits for a promise', () => batch.awaiting.add(0)],
    ['was followed by another', () => (thread.begun = 2)],
    ['was on a thread that has ended', () => (thread.over = true)],
  ])('harms nothing when it %s', (_, happen) => {
    thread.begun = 1;
    deadlines.watch(batch, 0, cancellation);
    happen();
    jest.advanceTimersByTime(1000);
    expect(thread.verdicts).toEqual([]);
  });
});

describe('a job that waits for a promise and is not wanted', () => {
  it('is told, and its thread is left alone when it has heard', () => {
    deadlines.tell(batch, 0, cancellation);
    expect(thread.posted).toEqual([{ type: 'cancel', batch: 7, index: 0, reason: 'not wanted' }]);
    deadlines.heard(7, 0);
    jest.advanceTimersByTime(1000);
    expect(thread.verdicts).toEqual([]);
  });

  it('ends a thread that does not hear, but not while a body runs there', () => {
    thread.isRunning = true;
    deadlines.tell(batch, 0, cancellation);
    jest.advanceTimersByTime(30);
    expect(thread.verdicts).toEqual([]);
    thread.isRunning = false;
    jest.advanceTimersByTime(50);
    expect(thread.verdicts).toHaveLength(1);
  });

  it('is forgotten with its thread', () => {
    deadlines.tell(batch, 0, cancellation);
    deadlines.clear();
    jest.advanceTimersByTime(1000);
    expect(thread.verdicts).toEqual([]);
  });
});
