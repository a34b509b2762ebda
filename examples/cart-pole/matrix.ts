/** A matrix of numbers, row by row. */
export type Matrix = readonly (readonly number[])[];

/** A square matrix with these numbers from corner to corner, and zeros elsewhere. */
export function diagonal(values: readonly number[]): Matrix {
  return values.map((value, row) => values.map((_, column) => (row === column ? value : 0)));
}

/** A matrix of one column. */
export function column(values: readonly number[]): Matrix {
  return values.map((value) => [value]);
}

/** Rows become columns. */
export function transpose(matrix: Matrix): Matrix {
  return (matrix[0] ?? []).map((_, at) => matrix.map((row) => row[at] ?? 0));
}

/** The product of two matrices, or of more from left to right. */
export function multiply(first: Matrix, ...others: readonly Matrix[]): Matrix {
  return others.reduce((left, right) => {
    const columns = transpose(right);
    return left.map((row) => columns.map((each) => row.reduce((sum, value, at) => sum + value * (each[at] ?? 0), 0)));
  }, first);
}

/** The sum of two matrices, the second one taken `factor` times. */
export function add(left: Matrix, right: Matrix, factor = 1): Matrix {
  return left.map((row, at) => row.map((value, column) => value + factor * (right[at]?.[column] ?? 0)));
}

/** The matrix X for which `left` times X is `right`, by elimination with pivots. */
export function solve(left: Matrix, right: Matrix): Matrix {
  const size = left.length;
  const rows = left.map((row, at) => [...row, ...(right[at] ?? [])]);
  for (let step = 0; step < size; step += 1) {
    const below = rows.slice(step);
    const pivot = below.reduce((best, row) => (Math.abs(row[step] ?? 0) > Math.abs(best[step] ?? 0) ? row : best));
    const at = rows.indexOf(pivot);
    rows.splice(at, 1);
    const head = pivot.map((value) => value / (pivot[step] ?? 0));
    rows.splice(step, 0, head);
    for (const [other, row] of rows.entries()) {
      const factor = row[step] ?? 0;
      if (other !== step) rows[other] = row.map((value, column) => value - factor * (head[column] ?? 0));
    }
  }
  return rows.map((row) => row.slice(size));
}

/** The exponential of a small matrix, by its series. */
function exponential(matrix: Matrix): Matrix {
  let term = diagonal(matrix.map(() => 1));
  let sum = term;
  for (let order = 1; order <= 24; order += 1) {
    term = multiply(term, matrix).map((row) => row.map((value) => value / order));
    sum = add(sum, term);
  }
  return sum;
}

/** A linear system in steps: the next state is `transition` times the state plus `influence` times the input. */
export interface LinearSystem {
  readonly transition: Matrix;
  readonly influence: Matrix;
}

/** A linear system in continuous time becomes one in steps of `dt`, with an input that stays as it is during a step. */
export function discretise({ transition, influence }: LinearSystem, dt: number): LinearSystem {
  const size = transition.length;
  const inputs = influence[0]?.length ?? 0;
  const rows = transition.map((row, at) => [...row, ...(influence[at] ?? [])].map((value) => value * dt));
  const zeros = Array.from({ length: inputs }, () => new Array<number>(size + inputs).fill(0));
  const both = exponential([...rows, ...zeros]).slice(0, size);
  return { transition: both.map((row) => row.slice(0, size)), influence: both.map((row) => row.slice(size)) };
}

/** What states and inputs cost in a step, as quadratic forms. */
export interface Costs {
  readonly state: Matrix;
  readonly input: Matrix;
}

/** What a state will have cost in the end, under the best control, and the gain of that control. */
export interface Regulator {
  readonly cost: Matrix;
  /** The best input is minus `gain` times the state. */
  readonly gain: Matrix;
}

/** Solves the discrete-time algebraic Riccati equation by going back step by step until nothing changes. */
export function regulate({ transition, influence }: LinearSystem, { state, input }: Costs): Regulator {
  const [forward, push] = [transpose(transition), transpose(influence)];
  let cost = state;
  for (let step = 0; step < 100_000; step += 1) {
    const pushed = multiply(push, cost);
    const gain = solve(add(input, multiply(pushed, influence)), multiply(pushed, transition));
    const rest = add(transition, multiply(influence, gain), -1);
    const next = add(state, multiply(forward, cost, rest));
    const largest = Math.max(...next.flat().map(Math.abs));
    const change = Math.max(...add(next, cost, -1).flat().map(Math.abs));
    cost = next;
    if (change < 1e-13 * largest) return { cost, gain };
  }
  throw new RangeError(
    'The Riccati equation has no solution that is found step by step: can the input move all states?',
  );
}
