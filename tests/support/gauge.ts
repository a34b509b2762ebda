import { currentCall, node } from '../../src/index.js';
import { turnOfLoop } from './waiting.js';

/** A node that takes some turns of the event loop, and how many of its calls were at work at once. */
export class Gauge {
  now = 0;
  most = 0;
  readonly order: unknown[] = [];

  /** `x`, after `turns` turns of the event loop. */
  readonly work = node(
    async (x: number, turns: number) => {
      this.enter(x);
      for (let turn = 0; turn < turns; turn += 1) await turnOfLoop();
      this.leave();
      return x;
    },
    { name: 'work' },
  );

  /** Never ends by itself. */
  readonly untilAborted = node(
    async (x: number) => {
      this.enter(x);
      const signal = currentCall()?.signal;
      await new Promise<void>((resume) => {
        signal?.addEventListener('abort', () => {
          this.leave();
          resume();
        });
      });
    },
    { name: 'untilAborted' },
  );

  enter(x: unknown): void {
    this.order.push(x);
    this.now += 1;
    this.most = Math.max(this.most, this.now);
  }

  leave(): void {
    this.now -= 1;
  }
}
