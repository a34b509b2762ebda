import type { Cell } from './machine.js';

/** How many cells one function calls before it hands on to the next, where functions cannot be generated. */
const AT_ONCE = 8;
/** Lines up to this many cells are generated in one piece: of longer ones the compiler inlines no more. */
const MOST_GENERATED = 32;

/** Makes the `run` of a line of cells, from these and what they run. */
type MakeRun = (...parts: readonly (Cell | Cell['run'])[]) => Cell['run'];

/**
 * The steps of cells, one after the other, as the `run` of a cell of its own: no list, no loop, nothing made per call.
 *
 * A composition has a function of its own text, so that the compiler sees which functions it calls and can inline them:
 * through one function that all compositions share, ten trivial steps take four times as long. Where texts must not be
 * made into functions (`--disallow-code-generation-from-strings`), that one is used.
 */
export function unrolled(cells: readonly Cell[]): Cell['run'] {
  if (cells.length > MOST_GENERATED) {
    const first = unrolled(cells.slice(0, MOST_GENERATED));
    const rest = unrolled(cells.slice(MOST_GENERATED));
    return (state, chunk) => rest(state, first(state, chunk));
  }
  return generated(cells) ?? shared(cells);
}

function generated(cells: readonly Cell[]): Cell['run'] | undefined {
  const numbers = Array.from(cells.keys(), String);
  const body = numbers.reduce((inner, number) => `run${number}(cell${number}.state, ${inner})`, 'chunk');
  const names = [...numbers.map((number) => `cell${number}`), ...numbers.map((number) => `run${number}`)];
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of numbered names alone
    const make = new Function(...names, `return (state, chunk) => ${body};`) as MakeRun; // as its text says
    return make(...cells, ...cells.map(({ run }) => run));
  } catch {
    return undefined;
  }
}

/** Calls up to {@link AT_ONCE} cells that stand in variables, and then another such function. */
function shared(cells: readonly Cell[]): Cell['run'] {
  const [a, b, c, d, e, f, g, h] = cells;
  const rest = cells.length > AT_ONCE ? shared(cells.slice(AT_ONCE)) : undefined;
  return (_state, chunk) => {
    if (a === undefined) return chunk;
    let result = a.run(a.state, chunk);
    if (b === undefined) return result;
    result = b.run(b.state, result);
    if (c === undefined) return result;
    result = c.run(c.state, result);
    if (d === undefined) return result;
    result = d.run(d.state, result);
    if (e === undefined) return result;
    result = e.run(e.state, result);
    if (f === undefined) return result;
    result = f.run(f.state, result);
    if (g === undefined) return result;
    result = g.run(g.state, result);
    if (h === undefined) return result;
    result = h.run(h.state, result);
    return rest === undefined ? result : rest(undefined, result);
  };
}
