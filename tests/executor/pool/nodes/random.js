// Nodes of random graphs: what a row of a graph does with the sum of its inputs.
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { alloc, currentCall, node, resolve } from 'lazydag';

/** @typedef {number | Float64Array} Value */

/** The number that a value stands for; NaN for memory that somebody else has written to. @param {Value} value */
export function numberIn(value) {
  if (typeof value === 'number') return value;
  const first = value[0] ?? Number.NaN;
  return value.every((x) => x === first) ? first : Number.NaN;
}

/** Every number or piece of memory in an argument. @param {unknown} argument @returns {Value[]} */
function valuesIn(argument) {
  if (typeof argument === 'number' || argument instanceof Float64Array || ArrayBuffer.isView(argument))
    return [/** @type {Value} */ (argument)];
  if (Array.isArray(argument)) return argument.flatMap(valuesIn);
  const inner = /** @type {{ values?: () => Iterable<unknown> }} */ (argument);
  if (typeof inner.values === 'function') return [...inner.values()].flatMap(valuesIn);
  return Object.values(/** @type {object} */ (argument)).flatMap(valuesIn);
}

/** @param {readonly Value[]} values */
const sumOf = (values) => values.reduce((/** @type {number} */ sum, value) => sum + numberIn(value), 0);

/** @typedef {(row: number, inputs: unknown) => unknown} RowBody */

/** @param {string} name @param {(sum: number, row: number, values: Value[], inputs: unknown) => unknown} give @param {object} [options] */
function rowNode(name, give, options = {}) {
  return node(
    /** @type {RowBody} */ (
      (row, inputs) => {
        const values = valuesIn(inputs);
        return give(row + 1 + sumOf(values), row, values, inputs);
      }
    ),
    { name, ...options },
  );
}

const LENGTH = 600;

export const sum = rowNode('sum', (total) => total);
export const memory = rowNode('memory', (total) => alloc(Float64Array, LENGTH).fill(total));
export const ordinary = rowNode('ordinary', (total) => new Float64Array(7).fill(total));
export const input = rowNode('input', (total, _, [first]) =>
  first === undefined ? total : typeof first === 'number' ? first : first.subarray(0, Math.max(1, first.length - 1)),
);
export const again = rowNode('again', (total) => total - 1);
export const nested = rowNode('nested', (_, row, values) => again(row + 1, values));
/** @type {any} */
const anyPick = node((/** @type {{ parts: number[] }} */ { parts }) => parts[0], { name: 'pick' });
export const pick = anyPick;
export const wrap = node(
  (/** @type {number} */ row, /** @type {Value[]} */ values) => ({ parts: [again(row, values)] }),
  {
    name: 'wrap',
  },
);
export const container = rowNode('container', (_, row, values) => pick(wrap(row + 1, values)));
export const inner = rowNode('inner', (_, row, values) => resolve(again(row + 1, values)));
export const later = rowNode('later', async (total) => {
  await turn();
  return total;
});
/** Overwrites its first input, if that is memory, with the sum, and gives it. */
export const overwrite = rowNode(
  'overwrite',
  (total, _, values, inputs) => {
    const [first] = /** @type {unknown[]} */ (Array.isArray(inputs) ? inputs : []);
    return first instanceof Float64Array || ArrayBuffer.isView(first)
      ? /** @type {Float64Array} */ (first).fill(total)
      : total;
  },
  { donate: [1] },
);
export const log = node(/** @type {(x: unknown) => void} */ (() => undefined), { name: 'log', effect: true });
export const effect = rowNode('effect', (total, row, values) => {
  log(again(row, values));
  return total;
});
export const outputs = rowNode(
  'outputs',
  (_, row, values) => ({ count: values.length, total: again(row + 1, values) }),
  {
    outputs: ['count', 'total'],
  },
);
export const failure = rowNode('failure', () => {
  throw new Error('a row that fails');
});
/** Fails in its first two attempts. */
export const flaky = rowNode(
  'flaky',
  (total) => {
    if ((currentCall()?.attempt ?? 0) < 3) throw new Error('a row that fails at first');
    return total;
  },
  { retries: 2 },
);
/** Ends its thread in its first attempt. */
export const kill = rowNode(
  'kill',
  (total) => {
    if (!isMainThread && currentCall()?.attempt === 1) process.exit(1);
    return total;
  },
  { retries: 20 },
);
