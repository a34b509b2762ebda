import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach } from '@jest/globals';
import { root } from '../../support/paths.js';

/** A process that works on a store. */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #said: string[] = [];
  #heard: (() => void) | undefined;

  constructor(path: string, what: string) {
    this.#process = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'tests', 'store', 'disk', 'child.ts'), path, what],
      { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    if (this.#process.stdout === null) throw new Error('it has no output');
    this.#lines = createInterface(this.#process.stdout);
    this.#lines.on('line', (line) => {
      this.#said.push(line);
      this.#heard?.();
    });
  }

  /** Waits until it has said so many lines, and gives all that it has said. */
  async said(lines: number): Promise<readonly string[]> {
    while (this.#said.length < lines) await new Promise<void>((heard) => (this.#heard = heard));
    return this.#said;
  }

  /** Lets it go on, where it waits for that. */
  tell(): void {
    this.#process.stdin?.write('\n');
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Waits for its end, and gives its exit code. */
  async end(): Promise<number | null> {
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }
}

/** Starts processes that are killed when the test has ended. */
export function children(): (path: string, what: string) => Child {
  const started: Child[] = [];
  afterEach(async () => {
    for (const child of started.splice(0)) await child.kill();
  });
  return (path, what) => {
    const child = new Child(path, what);
    started.push(child);
    return child;
  };
}
