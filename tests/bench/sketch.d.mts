/** One call of the bare sketch: its function, its arguments and, once evaluated, its value. */
export declare class Sketch {
  readonly fn: (...values: never[]) => unknown;
  readonly args: readonly unknown[];
  value: unknown;
}
/** Wraps a function: calling the wrapper builds a `Sketch` and runs nothing. */
export declare function node(fn: (...values: never[]) => unknown): (...args: unknown[]) => Sketch;
/** Evaluates everything `root` needs and returns its value. */
export declare function run(root: Sketch): unknown;
