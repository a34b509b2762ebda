/** How often a call is made before the engine remembers which functions it has seen. */
const CALLS = 1000;

/**
 * Calls a function such that the engine compiles it by itself. A call that has only ever seen one function is compiled
 * together with it, which makes long loops over numbers in that function up to a tenth slower; this one has seen several.
 */
export function apart<State, Chunk, Result>(
  fn: (state: State, chunk: Chunk) => Result,
  state: State,
  chunk: Chunk,
): Result {
  return fn(state, chunk);
}

const one = (state: number, chunk: number): number => state + chunk;
const other = (state: number, chunk: number): number => state - chunk;
for (let call = 0; call < CALLS; call += 1) apart(call % 2 === 0 ? one : other, call, 1);
