import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Outcome } from '../child/protocol.js';
import { describeExit, plainEnvironment } from '../child/run-child.js';
import type { PoolName } from './names.js';
import type { HostMessage, PoolRequest, PoolStart, PoolTurn } from './protocol.js';

const entry = new URL('../.build/pool-host.js', import.meta.url);

/**
 * A pool in a process of its own that stays: contenders take turns without sharing a heap, and none is measured before
 * it is warm. Idle processes cost nothing.
 */
export class PoolSession {
  readonly name: PoolName;
  readonly #child: ChildProcess;
  /** Seconds after which an answer counts as too late. */
  readonly #limit: number;
  #complaint = '';

  constructor(name: PoolName, limit: number) {
    this.name = name;
    this.#limit = limit;
    this.#child = fork(entry, [name], { execArgv: [], env: plainEnvironment(), silent: true });
    this.#child.stderr?.on('data', (text: Buffer) => (this.#complaint += text.toString()));
  }

  /** Opens a pool for the first time; a session starts once. */
  start(): Promise<Outcome<PoolStart>> {
    return this.#ask({ ask: 'start' });
  }

  /** Takes one turn of at least `turn` milliseconds. */
  take(request: PoolRequest, turn: number): Promise<Outcome<PoolTurn>> {
    return this.#ask({ ask: 'turn', request, turn });
  }

  /** Ends the process with all its threads. */
  close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => {
        resolve();
      });
      this.#child.kill('SIGKILL');
    });
  }

  #ask<Answer>(message: HostMessage): Promise<Outcome<Answer>> {
    const child = this.#child;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<Answer>): void => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
        resolve(outcome);
      };
      // The host answers exactly what the protocol states for this question.
      const onMessage = (outcome: unknown): void => {
        settle(outcome as Outcome<Answer>);
      };
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        settle({ ok: false, reason: describeExit({ complaint: this.#complaint, code, signal }) });
      };
      const timer = setTimeout(() => {
        settle({ ok: false, reason: `over ${this.#limit} s` });
        child.kill('SIGKILL');
      }, this.#limit * 1_000);
      child.once('message', onMessage).once('exit', onExit);
      if (child.connected) child.send(message);
      else onExit(child.exitCode, child.signalCode);
    });
  }
}
