import fc from 'fast-check';
import { alloc, type Future, node, resolve } from '../../src/index.js';
import { turnOfLoop } from '../support/waiting.js';

/** What calls of a random program give: a number, or memory filled with it. */
export type Value = number | Float64Array;

/** What a body does with the sum of its inputs. */
export type Kind =
  /** Gives it. */
  | 'sum'
  /** Gives shared memory filled with it. */
  | 'memory'
  /** Gives its first input, or a part of that, and the sum where there is none. */
  | 'input'
  /** Ends in a call that takes its inputs. */
  | 'nested'
  /** Ends in a container with such a call, from which the sum is taken. */
  | 'container'
  /** Ends in another call of the program, if it has one, whose value is then its own. */
  | 'other'
  /** Has several outputs, of which the sum is the last. */
  | 'outputs'
  /** Resolves a call that takes its inputs. */
  | 'inner'
  /** Makes calls that run though nothing takes them. */
  | 'effect'
  /** Fails. */
  | 'failure'
  /** Fails twice, and is tried as often again. */
  | 'flaky';

/** One call of a random program. */
export interface Row {
  readonly kind: Kind;
  /** Earlier calls, modulo its own place; some several times. */
  readonly needs: readonly number[];
  /** How the inputs stand among the arguments. */
  readonly shape: 'plain' | 'list' | 'record' | 'map' | 'deep';
  /** Turns of microtasks (negative: of the event loop) that the body takes; 0 for a synchronous body. */
  readonly turns: number;
  readonly persist: boolean;
  readonly concurrency: number | undefined;
}

const LENGTH = 600;

/** Random programs; those of `sync` rows only can be resolved at once. */
export function program(kinds: readonly Kind[], { maxLength = 12, sync = false } = {}): fc.Arbitrary<Row[]> {
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      needs: fc.array(fc.nat(99), { maxLength: 3 }),
      shape: fc.constantFrom('plain', 'list', 'record', 'map', 'deep'),
      turns: sync
        ? fc.constant(0)
        : fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 })),
      persist: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      concurrency: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(1, 2)),
    }),
    { minLength: 1, maxLength },
  );
}

/** The number that a value stands for; NaN for memory that somebody else has written to. */
export function numberIn(value: Value): number {
  if (typeof value === 'number') return value;
  const first = value[0] ?? Number.NaN;
  return value.every((x) => x === first) ? first : Number.NaN;
}

function sumOf(values: readonly Value[]): number {
  return values.reduce<number>((sum, value) => sum + numberIn(value), 0);
}

/** The inputs of a call, in the shape in which they stand among its arguments. */
function shaped(inputs: readonly unknown[], shape: Row['shape']): unknown[] {
  switch (shape) {
    case 'plain':
      return [...inputs];
    case 'list':
      return [[...inputs]];
    case 'record':
      return [Object.fromEntries(inputs.map((input, index) => [`key${index}`, input]))];
    case 'map':
      return [new Map(inputs.map((input, index) => [index, input]))];
    case 'deep':
      return [{ first: inputs.slice(0, 1), rest: [{ more: new Map([[0, inputs.slice(1)]]) }] }];
  }
}

/** The values that {@link shaped} put into arguments. */
function inputsIn(args: readonly unknown[], shape: Row['shape']): Value[] {
  const [first] = args;
  switch (shape) {
    case 'plain':
      return args as Value[];
    case 'list':
      return first as Value[];
    case 'record':
      return Object.values(first as Record<string, Value>);
    case 'map':
      return [...(first as Map<number, Value>).values()];
    case 'deep': {
      const { first: head, rest } = first as { first: Value[]; rest: { more: Map<number, Value[]> }[] };
      return [...head, ...(rest[0]?.more.get(0) ?? [])];
    }
  }
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < Math.abs(turns); turn += 1) await (turns < 0 ? turnOfLoop() : Promise.resolve());
}

export const FAILURE = new Error('a row that fails');

/** A random program with its calls made. */
export class Program {
  readonly rows: readonly Row[];
  /** The call of each row. */
  readonly futures: Future<Value>[] = [];
  /** How often the body of each row ran. */
  readonly runs: number[];
  /** How often effects ran. */
  effects = 0;
  /** Is called in each body, with its row. */
  onBody: (row: number) => void = () => undefined;

  constructor(rows: readonly Row[]) {
    this.rows = rows;
    this.runs = rows.map(() => 0);
    rows.forEach((row, index) => this.futures.push(this.#call(row, index)));
  }

  /** The rows whose calls a row takes. */
  needsOf(index: number): number[] {
    return index === 0 ? [] : (this.rows[index]?.needs ?? []).map((need) => need % index);
  }

  /** The earlier row in whose call a row of kind `other` ends. */
  #otherOf(index: number): number {
    return index - 1 - ((this.rows[index]?.needs.length ?? 0) % index);
  }

  /** The calls of some rows. */
  callsOf(rows: readonly number[]): Future<Value>[] {
    return rows.flatMap((row) => this.futures[row] ?? []);
  }

  /** The rows that a row's body turns out to need. */
  returned(index: number): Set<number> {
    const isOther = this.rows[index]?.kind === 'other' && index > 0;
    return isOther ? this.ancestors(this.#otherOf(index)) : new Set();
  }

  /** Every row that is needed for another, itself included. */
  ancestors(index: number, found = new Set<number>()): Set<number> {
    if (found.has(index)) return found;
    found.add(index);
    for (const need of this.needsOf(index)) this.ancestors(need, found);
    if (this.rows[index]?.kind === 'other' && index > 0) this.ancestors(this.#otherOf(index), found);
    return found;
  }

  /** What a row gives, computed directly; undefined where it fails. */
  expected(index: number, known = new Map<number, number | undefined>()): number | undefined {
    if (known.has(index)) return known.get(index);
    const inputs = this.needsOf(index).map((need) => this.expected(need, known));
    const kind = this.rows[index]?.kind;
    let value: number | undefined = inputs.reduce<number>((sum, input) => sum + (input ?? 0), index + 1);
    if (kind === 'input' && inputs.length > 0) value = inputs[0];
    if (kind === 'other' && index > 0) value = this.expected(this.#otherOf(index), known);
    if (kind === 'failure' || inputs.includes(undefined)) value = undefined;
    known.set(index, value);
    return value;
  }

  #call(row: Row, index: number): Future<Value> {
    const { kind, shape, turns, persist, concurrency } = row;
    const inputs = this.needsOf(index).map((need) => this.futures[need]);
    let tries = 0;
    const give = (values: Value[]): unknown => {
      this.runs[index] = (this.runs[index] ?? 0) + 1;
      this.onBody(index);
      tries += 1;
      if (kind === 'failure' || (kind === 'flaky' && tries % 3 !== 0)) throw FAILURE;
      return this.#result(index, values);
    };
    const body = (...args: unknown[]): unknown => give(inputsIn(args, shape));
    const waits = async (...args: unknown[]): Promise<unknown> => {
      await pause(turns);
      return give(inputsIn(args, shape));
    };
    const options = {
      name: `${kind}${index}`,
      persist,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(kind === 'flaky' ? { retries: 2 } : {}),
    };
    const args = shaped(inputs, shape);
    if (kind !== 'outputs') return node(turns === 0 ? body : waits, options)(...args) as Future<Value>;
    const { total } = node(turns === 0 ? body : waits, { ...options, outputs: ['count', 'total'] })(...args);
    return total as Future<Value>;
  }

  #result(index: number, values: Value[]): unknown {
    const sum = index + 1 + sumOf(values);
    const again = node((list: Value[], more: number) => sumOf(list) + more, { name: `again${index}` });
    const kind = this.rows[index]?.kind ?? 'sum';
    switch (kind) {
      case 'memory':
        return alloc(Float64Array, LENGTH).fill(sum);
      case 'input': {
        const [first = sum] = values;
        return typeof first === 'number' ? first : first.subarray(0, Math.max(1, first.length - 1));
      }
      case 'nested':
        return again(values, index + 1);
      case 'container': {
        const pick = node((parts: { sum: number[] }) => parts.sum[0] ?? Number.NaN, { name: `pick${index}` });
        return pick(node(() => ({ sum: [again(values, index + 1)] }), { name: `wrap${index}` })());
      }
      case 'other':
        return index === 0 ? sum : this.futures[this.#otherOf(index)];
      case 'outputs':
        return { count: values.length, total: again(values, index + 1) };
      case 'inner':
        return resolve(again(values, index + 1));
      case 'effect': {
        const log = node(
          (_: number) => {
            this.effects += 1;
          },
          { name: `log${index}`, effect: true },
        );
        log(again(values, 0));
        return sum;
      }
      case 'sum':
      case 'failure':
      case 'flaky':
        return sum;
    }
  }
}
