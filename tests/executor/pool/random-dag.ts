import fc from 'fast-check';
import type { Future } from 'lazydag';
import * as nodes from './nodes/random.js';

/** What calls of a random graph give: a number, or memory filled with it. */
export type Value = number | Float64Array;

export const KINDS = [
  'sum',
  'memory',
  'ordinary',
  'input',
  'nested',
  'container',
  'inner',
  'later',
  'overwrite',
  'effect',
  'outputs',
  'flaky',
] as const;
export type Kind = (typeof KINDS)[number] | 'failure' | 'kill';

/** Asynchronous ones: when a thread dies, nobody can tell which of those that wait there is to blame. */
const RETRIED: ReadonlySet<Kind> = new Set<Kind>(['inner', 'later']);

const SHAPES = ['list', 'record', 'map', 'deep'] as const;

/** One call of a random graph. */
export interface Row {
  readonly kind: Kind;
  /** Earlier calls, modulo its own place; some several times. */
  readonly needs: readonly number[];
  /** How the inputs stand in the argument. */
  readonly shape: (typeof SHAPES)[number];
  readonly persist: boolean;
}

/** Random graphs. */
export function rows(kinds: readonly Kind[], maxLength: number): fc.Arbitrary<Row[]> {
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      needs: fc.array(fc.nat(99), { maxLength: 3 }),
      shape: fc.constantFrom(...SHAPES),
      persist: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
    { minLength: 1, maxLength },
  );
}

function shaped(inputs: readonly unknown[], shape: Row['shape']): unknown {
  switch (shape) {
    case 'list':
      return [...inputs];
    case 'record':
      return Object.fromEntries(inputs.map((input, index) => [`key${index}`, input]));
    case 'map':
      return new Map(inputs.map((input, index) => [index, input]));
    case 'deep':
      return { first: inputs.slice(0, 1), rest: [{ more: new Map([[0, inputs.slice(1)]]) }] };
  }
}

/** A random graph with its calls made. */
export class RandomDag {
  readonly rows: readonly Row[];
  /** The call of each row. */
  readonly futures: Future<Value>[] = [];
  /** Attempts more than a node makes by itself, of calls that may be lost with others. */
  readonly #retries: number;
  /** Where rows that persist do so. */
  readonly #where: true | 'disk';

  constructor(
    rows: readonly Row[],
    { retries = 0, where = true }: { readonly retries?: number; readonly where?: true | 'disk' } = {},
  ) {
    this.rows = rows;
    this.#retries = retries;
    this.#where = where;
    rows.forEach((row, index) => this.futures.push(this.#call(row, index)));
  }

  #needsOf(index: number): number[] {
    return index === 0 ? [] : (this.rows[index]?.needs ?? []).map((need) => need % index);
  }

  #call({ kind, shape, persist }: Row, index: number): Future<Value> {
    const inputs = this.#needsOf(index).map((need) => this.futures[need]);
    const made = nodes[kind].with({
      persist: persist && this.#where,
      ...(RETRIED.has(kind) && this.#retries > 0 ? { retries: this.#retries } : {}),
    })(index, shaped(inputs, shape)) as unknown;
    return (kind === 'outputs' ? (made as { total: Future<Value> }).total : made) as Future<Value>; // as the nodes give
  }

  /** What each row gives, computed directly; undefined where it fails. */
  expected(): (number | undefined)[] {
    const known: (number | undefined)[] = [];
    this.rows.forEach(({ kind }, index) => {
      const inputs = this.#needsOf(index).map((need) => known[need]);
      const total = inputs.reduce<number>((sum, input) => sum + (input ?? 0), index + 1);
      const failed = kind === 'failure' || inputs.includes(undefined);
      known.push(failed ? undefined : kind === 'input' && inputs.length > 0 ? inputs[0] : total);
    });
    return known;
  }
}
