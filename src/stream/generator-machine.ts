import { DagError } from '../errors.js';
import { Cell, type Machine } from './machine.js';

/** A state kept by a generator: each chunk goes in by `next`, and what is yielded comes out. */
export class GeneratorMachine implements Machine {
  readonly cell: Cell;
  readonly #kept: Kept;
  readonly #begin: () => Generator<unknown, unknown, unknown>;

  /** @throws DAG_TRANSFORM_ENDED when the generator returns before it yields anything. */
  constructor(name: string, begin: () => Generator<unknown, unknown, unknown>) {
    this.#kept = { name, generator: undefined, running: false };
    this.cell = new Cell(stepKept, this.#kept);
    this.#begin = begin;
    this.reset();
  }

  step(chunk: unknown): unknown {
    return stepKept(this.#kept, chunk);
  }

  reset(): void {
    this.close();
    const generator = this.#begin();
    // What it yields first answers no chunk.
    if (generator.next().done === true) throw returnedError(this.#kept.name);
    this.#kept.generator = generator;
  }

  close(): void {
    const kept = this.#kept;
    if (kept.running) throw reenteredError(kept.name);
    const { generator } = kept;
    kept.generator = undefined;
    generator?.return(undefined);
  }
}

/** A generator between its chunks. */
interface Kept {
  readonly name: string;
  generator: Generator<unknown, unknown, unknown> | undefined;
  running: boolean;
}

function stepKept(kept: Kept, chunk: unknown): unknown {
  const { generator } = kept;
  if (generator === undefined) throw endedError(kept.name);
  if (kept.running) throw reenteredError(kept.name);
  kept.running = true;
  let result: IteratorResult<unknown, unknown>;
  try {
    result = generator.next(chunk);
  } catch (error) {
    leave(kept);
    throw error;
  }
  kept.running = false;
  if (result.done !== true) return result.value;
  leave(kept);
  throw returnedError(kept.name);
}

function leave(kept: Kept): void {
  kept.running = false;
  kept.generator = undefined;
}

/** Like {@link GeneratorMachine}, for asynchronous generators: every step gives a promise. */
export class AsyncGeneratorMachine implements Machine {
  readonly asynchronous = true;
  readonly #name: string;
  readonly #begin: () => AsyncGenerator<unknown, unknown, unknown>;
  #generator: AsyncGenerator<unknown, unknown, unknown> | undefined;

  constructor(name: string, begin: () => AsyncGenerator<unknown, unknown, unknown>) {
    this.#name = name;
    this.#begin = begin;
    this.reset();
  }

  async step(chunk: unknown): Promise<unknown> {
    const generator = this.#generator;
    if (generator === undefined) throw endedError(this.#name);
    try {
      // Steps that come before others have ended are queued by the generator itself.
      const result = await generator.next(chunk);
      if (result.done !== true) return result.value;
    } catch (error) {
      this.#leave(generator);
      throw error;
    }
    this.#leave(generator);
    throw returnedError(this.#name);
  }

  reset(): void {
    this.close();
    const generator = this.#begin();
    this.#generator = generator;
    // What it yields first answers no chunk; what it throws there comes with the first step again, as an end.
    generator.next().then(
      ({ done }) => {
        if (done === true) this.#leave(generator);
      },
      () => {
        this.#leave(generator);
      },
    );
  }

  close(): void {
    const generator = this.#generator;
    this.#generator = undefined;
    generator?.return(undefined).catch(() => undefined);
  }

  #leave(generator: AsyncGenerator<unknown, unknown, unknown>): void {
    if (this.#generator === generator) this.#generator = undefined;
  }
}

/** A chunk came after the end. */
export function endedError(name: string): DagError {
  return new DagError('DAG_TRANSFORM_ENDED', {
    message: `${name} takes no chunk any more: it was closed, or has thrown.`,
    remedy: 'reset() begins anew.',
  });
}

function returnedError(name: string): DagError {
  return new DagError('DAG_TRANSFORM_ENDED', {
    message: `The generator of ${name} must yield a result for every chunk, but returned.`,
    remedy: 'Put `for (;;)` around its `yield`.',
  });
}

function reenteredError(name: string): DagError {
  return new DagError('DAG_TRANSFORM_REENTERED', {
    message: `${name} was used from within its own step.`,
    remedy: 'Make another transform by its factory.',
  });
}
