// Nodes of the tests of executors: threads import this module as it is.
import { createHash } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { threadId } from 'node:worker_threads';
import { alloc, currentCall, node, resolve } from 'lazydag';

export const add = node((/** @type {number} */ a, /** @type {number} */ b) => a + b, { name: 'add' });

/** Gives what it is given. */
export const same = node(/** @type {(x: unknown) => unknown} */ ((x) => x), { name: 'same' });

/** `same` after a turn of the event loop. */
export const sameLater = node(
  async (/** @type {unknown} */ x) => {
    await turn();
    return x;
  },
  { name: 'sameLater' },
);

/** Tells the constructor and content of a value as the body sees it. */
export const described = node((/** @type {unknown} */ x) => describe(x), { name: 'described' });

/** @type {(x: unknown) => string} */
function describe(x) {
  if (typeof x === 'bigint') return `${x}n`;
  if (typeof x !== 'object' || x === null) return Object.is(x, -0) ? '-0' : String(x);
  const type = Object.prototype.toString.call(x).slice(8, -1);
  if (ArrayBuffer.isView(x)) {
    const bytes = new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
    return `${type}<${[...bytes].join(' ')}>`;
  }
  if (types.isDate(x)) return `Date<${x.toISOString()}>`;
  if (types.isRegExp(x)) return String(x);
  if (types.isNativeError(x)) return `${x.name}<${x.message}>`;
  if (types.isMap(x)) return `Map<${[...x].map(describe).join(', ')}>`;
  if (types.isSet(x)) return `Set<${[...x].map(describe).join(', ')}>`;
  if (Array.isArray(x)) return `[${x.map(describe).join(', ')}]`;
  return `{${Object.entries(x)
    .map(([key, value]) => `${key}: ${describe(value)}`)
    .join(', ')}}`;
}

export const split = node(
  /** @type {(x: number) => [number, Float64Array]} */ ((x) => [x - 1, Float64Array.of(x + 1)]),
  { name: 'split', outputs: 2 },
);
export const named = node((/** @type {number} */ x) => ({ less: x - 1, more: x + 1 }), {
  name: 'named',
  outputs: ['less', 'more'],
});

/** @type {import('lazydag').NodeFunction<[n: number], number>} */
export const fibonacci = node(
  /** @type {(n: number) => number} */ (
    (n) => (n < 2 ? n : /** @type {any} */ (add(fibonacci(n - 1), fibonacci(n - 2))))
  ),
  { name: 'fibonacci' },
);

/** Counts down, one call in the body of the other. @type {import('lazydag').NodeFunction<[n: number], string>} */
export const countdown = node(
  /** @type {(n: number) => string} */ ((n) => (n === 0 ? 'lift off' : /** @type {any} */ (countdown(n - 1)))),
  { name: 'countdown' },
);

/** A container of Futures, some of them shared. */
export const container = node(
  (/** @type {number} */ x) => {
    const one = add(x, 1);
    return { one, list: [one, add(one, 1)], map: new Map([['two', add(one, one)]]), set: new Set([x]) };
  },
  { name: 'container' },
);

/** The Future that it made, of a call that it made earlier. */
export const other = node((/** @type {number} */ x) => add(same(add(x, 1)), add(x, 2)), { name: 'other' });

/** A call made with the arguments of the body. */
export const nested = node((/** @type {Float64Array} */ x) => total(half(x)), { name: 'nested' });

export const fill = node(
  (/** @type {number} */ length, /** @type {number} */ x) => alloc(Float64Array, length).fill(x),
  { name: 'fill' },
);
/** The same in ordinary memory. */
export const fillPlain = node(
  (/** @type {number} */ length, /** @type {number} */ x) => new Float64Array(length).fill(x),
  { name: 'fillPlain' },
);
export const half = node((/** @type {Float64Array} */ x) => x.subarray(0, x.length / 2), { name: 'half' });
export const total = node(
  (/** @type {Float64Array[]} */ ...views) => views.reduce((sum, view) => view.reduce((a, b) => a + b, sum), 0),
  { name: 'total' },
);
export const scale = node(
  (/** @type {Float64Array} */ x, /** @type {number} */ factor) => {
    const y = alloc(Float64Array, x.length);
    for (let index = 0; index < x.length; index += 1) y[index] = x[index] * factor;
    return y;
  },
  { name: 'scale' },
);
/** Writes into its input and gives it. */
export const negate = node(
  (/** @type {Float64Array} */ x) => {
    for (let index = 0; index < x.length; index += 1) x[index] = -x[index];
    return x;
  },
  { name: 'negate', donate: [0] },
);
/** Writes into its input, fails the first time. */
export const negateTwice = node(
  (/** @type {Float64Array} */ x) => {
    for (let index = 0; index < x.length; index += 1) x[index] = -x[index];
    if (currentCall()?.attempt === 1) throw new Error('once more');
    return x;
  },
  { name: 'negateTwice', donate: [0], retries: 1 },
);
/** Writes into its input though it may not. */
export const spoil = node(
  (/** @type {Float64Array} */ x) => {
    x[0] = 99;
    return x.length;
  },
  { name: 'spoil' },
);
/** @type {Float64Array | undefined} */
let kept;
/** Keeps a reference to its input beyond its end. */
export const remember = node(
  (/** @type {Float64Array} */ x) => {
    kept = x;
    return x.length;
  },
  { name: 'remember' },
);
/** What is left of that input. */
export const recall = node((/** @type {unknown} */ _after) => [...(kept ?? [])].slice(0, 2), { name: 'recall' });

/** What `currentCall` says. */
export const self = node(
  () => {
    const { name, attempt, signal } = currentCall() ?? {};
    return { name, attempt, aborted: signal?.aborted };
  },
  { name: 'self' },
);
export const selfLater = node(
  async () => {
    await turn();
    const { name, attempt, signal } = currentCall() ?? {};
    return { name, attempt, aborted: signal?.aborted };
  },
  { name: 'selfLater' },
);

/** Resolves calls in its body. */
export const resolves = node(
  async (/** @type {number} */ x) => {
    const [a, b] = await resolve([add(x, 1), sameLater(add(x, 2))]);
    return [a, b];
  },
  { name: 'resolves' },
);

/** Runs though nothing takes it. */
export const log = node(/** @type {(x: unknown) => void} */ (() => undefined), { name: 'log', effect: true });
export const logs = node(
  (/** @type {number} */ x) => {
    log(add(x, 1));
    log(x);
    return x;
  },
  { name: 'logs' },
);
export const failsToLog = node((/** @type {number} */ x) => (badLog(x), x), { name: 'failsToLog' });
export const badLog = node(
  /** @type {(x: unknown) => void} */ (
    () => {
      throw new Error('disk full');
    }
  ),
  { name: 'badLog', effect: true },
);

export const memoized = node((/** @type {unknown} */ x) => describe(x), { name: 'memoized', memo: true });

/** A function of two numbers that is passed as an argument. */
export const fold = node(
  (/** @type {(a: any, b: any) => any} */ combine, /** @type {number[]} */ list) =>
    list.reduce((sum, x) => combine(sum, x)),
  { name: 'fold' },
);
export const chosen = node((/** @type {boolean} */ adds) => (adds ? add : same), { name: 'chosen' });

/** When it began and ended, in milliseconds since 1970. */
export const span = node(
  (/** @type {number} */ milliseconds) => {
    const from = performance.timeOrigin + performance.now();
    while (performance.timeOrigin + performance.now() < from + milliseconds);
    return [from, performance.timeOrigin + performance.now()];
  },
  { name: 'span' },
);
export const spanLater = node(
  async (/** @type {number} */ milliseconds) => {
    const from = performance.timeOrigin + performance.now();
    await sleep(milliseconds);
    return [from, performance.timeOrigin + performance.now()];
  },
  { name: 'spanLater' },
);
/** Work for the processor. */
export const hashed = node(
  (/** @type {unknown} */ x, /** @type {number} */ rounds) => {
    let text = String(x);
    for (let round = 0; round < rounds; round += 1) text = createHash('sha256').update(text).digest('hex');
    return text;
  },
  { name: 'hashed' },
);
export const whichThread = node((/** @type {unknown} */ _after) => threadId, { name: 'whichThread' });
