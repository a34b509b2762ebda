import type { Operations } from '../shapes/operations.js';
import type { Shape } from '../shapes/shape.js';

/** One graph under construction: the operations that build it and the way to evaluate a node of it. */
export interface Assembly<Node> {
  readonly operations: Operations<Node>;
  /** Turns the calls collected so far into the system's own graph; part of building. */
  seal?(): void;
  evaluate(target: Node): number | Promise<number>;
}

/** Milliseconds of one build and one evaluation, and what came out. */
export interface Run {
  readonly build: number;
  readonly evaluate: number;
  readonly value: number;
}

/** A system under measurement, its node type hidden. */
export interface Contender {
  /** Builds the graph and keeps it; nothing is evaluated unless the system is eager. */
  build(shape: Shape, size: number): unknown;
  /** Builds and evaluates once. */
  run(shape: Shape, size: number): Promise<Run>;
}

/** Thrown when a system has no way to express a shape. */
export class UnsupportedShape extends Error {
  constructor(shape: Shape) {
    super(`cannot express ${shape.name}`);
    this.name = 'UnsupportedShape';
  }
}

/** Wraps a system as a contender; `begin` is called once per graph. */
export function contender<Node>(begin: () => Assembly<Node>): Contender {
  const build = (assembly: Assembly<Node>, shape: Shape, size: number): Node => {
    const target = shape.build(assembly.operations, size);
    if (target === undefined) throw new UnsupportedShape(shape);
    assembly.seal?.();
    return target;
  };
  return {
    build(shape, size) {
      const assembly = begin();
      return { assembly, target: build(assembly, shape, size) };
    },
    async run(shape, size) {
      const started = performance.now();
      const assembly = begin();
      const target = build(assembly, shape, size);
      const built = performance.now();
      const value = await assembly.evaluate(target);
      return { build: built - started, evaluate: performance.now() - built, value };
    },
  };
}
