import type { Cell } from './machine.js';

/** How many cells one function calls before it hands on to the next. */
const AT_ONCE = 8;

/**
 * The steps of cells, one after the other, as the `run` of a cell of its own. Cells stand in variables of the function
 * rather than in a list: a call makes nothing and loops over nothing. Longer lines go on in another such function.
 */
export function unrolled(cells: readonly Cell[]): Cell['run'] {
  const [a, b, c, d, e, f, g, h] = cells;
  const rest = cells.length > AT_ONCE ? unrolled(cells.slice(AT_ONCE)) : undefined;
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
