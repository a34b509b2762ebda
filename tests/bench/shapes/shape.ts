import type { Operations } from './operations.js';

/** A family of graphs, one per size, that any contender can build. */
export interface Shape {
  readonly name: ShapeName;
  /** What `size` counts: "steps", "leaves", "depth". */
  readonly unit: string;
  /** Sizes of the default run. */
  readonly sizes: readonly number[];
  /** Number of nodes of the graph of this size. */
  nodes(size: number): number;
  /** Builds the graph and returns its only target; undefined when `operations` lacks what the shape needs. */
  build<Node>(operations: Operations<Node>, size: number): Node | undefined;
}

/** Every shape's name, in the order of the tables. */
export const shapeNames = ['chain', 'fan-in', 'tree', 'ladder', 'random', 'recursion'] as const;

/** Name of a shape on the command line. */
export type ShapeName = (typeof shapeNames)[number];
