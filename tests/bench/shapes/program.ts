import type { Operations } from './operations.js';
import type { Shape } from './shape.js';

/** A graph written down as a list of calls, so that another language can build the very same one. */
export interface Program {
  /** Calls in the order they were made; the last is the target. */
  readonly calls: readonly Call[];
}

/** One call. A dependency is the index of an earlier call; `inc` of a constant has no dependency. */
export interface Call {
  readonly operation: 'inc' | 'join' | 'sum';
  readonly dependencies: readonly number[];
  readonly constant?: number;
}

/** A node of a graph that is only written down. */
class Written {
  constructor(readonly index: number) {}
}

/** Writes `shape` down; undefined when it cannot be known without running bodies. */
export function writeProgram(shape: Shape, size: number): Program | undefined {
  const calls: Call[] = [];
  const write = (call: Call): Written => new Written(calls.push(call) - 1);
  const operations: Operations<Written> = {
    inc: (x) =>
      x instanceof Written
        ? write({ operation: 'inc', dependencies: [x.index] })
        : write({ operation: 'inc', dependencies: [], constant: x }),
    join: (left, right) => write({ operation: 'join', dependencies: [left.index, right.index] }),
    sum: (nodes) => write({ operation: 'sum', dependencies: nodes.map((node) => node.index) }),
    share: (node) => node,
  };
  return shape.build(operations, size) === undefined ? undefined : { calls };
}
