import { DagError } from '../errors.js';
import { FlowLine } from './flow-line.js';
import { Cell, cellOf, type Machine } from './machine.js';
import { unrolled } from './unrolled.js';
import { AsyncLine } from './async-line.js';

/** Machines in a row as one: what each gives goes into the next. */
export function composition(parts: readonly Machine[]): Machine {
  const savable = parts.every((part) => part.snapshot !== undefined && part.restore !== undefined);
  return { ...stepping(parts), ...living(parts), ...(savable ? saving(parts) : {}) };
}

function stepping(
  parts: readonly Machine[],
): Pick<Machine, 'asynchronous' | 'cell' | 'emits' | 'flush' | 'gathers' | 'step'> {
  const emits = parts.some((part) => part.emits === true);
  const gathers = parts.some((part) => part.gathers === true);
  if (parts.some((part) => part.asynchronous === true)) {
    const line = new AsyncLine(parts);
    const asynchronous = true;
    if (!emits) return { asynchronous, step: (chunk) => line.one(chunk) };
    return { asynchronous, emits, gathers, step: (chunk) => line.all(chunk), flush: () => line.flush() };
  }
  if (emits) {
    const line = new FlowLine(parts);
    return { emits, gathers, step: (chunk) => line.through(chunk), flush: () => line.flush() };
  }
  const run = unrolled(parts.map(cellOf));
  return { step: (chunk) => run(undefined, chunk), cell: new Cell(run, undefined) };
}

function living(parts: readonly Machine[]): Pick<Machine, 'close' | 'reset'> {
  return {
    reset: () => {
      for (const part of parts) part.reset();
    },
    close: () => {
      closeAll(parts);
    },
  };
}

/** Closes every machine, also behind one that throws. @throws what the first one threw */
export function closeAll(machines: Iterable<Machine>): void {
  const thrown: unknown[] = [];
  for (const machine of machines) {
    try {
      machine.close();
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}

function saving(parts: readonly Machine[]): Pick<Machine, 'restore' | 'snapshot'> {
  return {
    snapshot: () => parts.map((part) => part.snapshot?.()),
    restore: (state) => {
      if (!Array.isArray(state) || state.length !== parts.length) throw notOfParts(parts.length);
      parts.forEach((part, index) => part.restore?.(state[index]));
    },
  };
}

function notOfParts(count: number): DagError {
  return new DagError('DAG_SNAPSHOT', {
    message: `The state of a composition must be an array with a state for each of its ${count.toString()} parts.`,
    remedy: 'Restore what snapshot() of a composition of the same parts gave.',
  });
}
