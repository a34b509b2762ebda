/** The vocabulary every shape is written in. Each contender supplies its own meaning of a node. */
export interface Operations<Node> {
  /** A call of `increment` on a constant or on another node. */
  inc(x: Node | number): Node;
  /** A call of `join`, which depends on both nodes. */
  join(left: Node, right: Node): Node;
  /** A call of `total`, which depends on all of `nodes`. */
  sum(nodes: Node[]): Node;
  /** Says that `node` will have several dependents, for contenders that would evaluate it once for each. */
  share(node: Node): Node;
  /** A call nested `depth` deep: its body returns a call of itself. Absent where bodies cannot make calls. */
  down?(depth: number): Node;
}

/** Body of `inc`. */
export function increment(x: number): number {
  return x + 1;
}

/** Body of `join`: stays a small integer however deep the graph is. */
export function join(left: number, right: number): number {
  return (left + right) & 0xffff;
}

/** Body of `sum`. */
export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
