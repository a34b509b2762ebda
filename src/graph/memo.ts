import { isMap, isSet } from './containers.js';
import { Future } from './future.js';
import type { NodeSpec } from './spec.js';

/** One call, as memoisation sees it. */
export interface CallParts {
  readonly spec: NodeSpec;
  readonly receiver: unknown;
  readonly args: readonly unknown[];
}

/** Numbers for things that are compared by identity. */
class Identities {
  readonly #numbers = new WeakMap<object, number>();
  readonly #symbols = new Map<symbol, number>();
  #next = 0;

  of(thing: object | symbol): number {
    const numbers = typeof thing === 'symbol' ? this.#symbols : this.#numbers;
    // Both maps have the same two methods; the union of their key types is what TypeScript cannot follow.
    const map = numbers as Map<unknown, number>;
    let number = map.get(thing);
    if (number === undefined) {
      this.#next += 1;
      number = this.#next;
      map.set(thing, number);
    }
    return number;
  }
}

/** The calls of one Graph by what they were called with. */
export class MemoTable {
  readonly #identities = new Identities();
  readonly #calls = new Map<string, unknown>();
  readonly #keys = new WeakMap<Future, string>();

  /** The result of an identical earlier call, or of `make()`. */
  take(parts: CallParts, make: () => unknown): unknown {
    const key = this.#keyOf(parts);
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#calls.set(key, made);
    for (const future of made instanceof Future ? [made] : Object.values(made as Record<string, Future>)) {
      // `make` gives a Future or, for outputs, an array or record of them
      this.#keys.set(future, key);
    }
    return made;
  }

  /** Forgets a call, so that the next identical one is made anew. */
  forget(future: Future): void {
    const key = this.#keys.get(future);
    if (key !== undefined) this.#calls.delete(key);
  }

  #keyOf({ spec, receiver, args }: CallParts): string {
    const texts: string[] = [this.#identities.of(spec.identity).toString(), this.#text(receiver)];
    for (const arg of args) this.#structure(arg, texts);
    return texts.join(';');
  }

  /** Writes plain containers structurally and everything else as one text; keeps its own stack. */
  #structure(root: unknown, texts: string[]): void {
    const open = new Set<object>();
    // Strings on the stack that begin with ")" close a container; values are boxed so that they cannot be mistaken.
    const stack: ({ value: unknown } | { close: object })[] = [{ value: root }];
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if ('close' in step) {
        texts.push(')');
        open.delete(step.close);
        continue;
      }
      const { value } = step;
      const parts = typeof value === 'object' && value !== null && !open.has(value) ? plainParts(value) : undefined;
      if (parts === undefined) {
        texts.push(this.#text(value));
        continue;
      }
      open.add(value as object); // plainParts is asked of objects only
      texts.push(`${parts.kind}(`);
      stack.push({ close: value as object });
      for (const part of parts.elements.reverse()) stack.push({ value: part });
    }
  }

  /** One value by `Object.is`; strings are quoted, so that no value can look like another. */
  #text(value: unknown): string {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'bigint') return `${value.toString()}n`;
    if (Object.is(value, -0)) return '-0';
    if (typeof value === 'symbol') return `@${this.#identities.of(value).toString()}`;
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      return `#${this.#identities.of(value).toString()}`;
    }
    return String(value); // all that is left
  }
}

/** A plain container's kind and parts in order; undefined for whatever is compared by identity. */
function plainParts(value: object): { kind: string; elements: unknown[] } | undefined {
  if (value instanceof Future) return undefined;
  if (Array.isArray(value)) return { kind: `a${value.length.toString()}`, elements: [...(value as unknown[])] };
  if (isMap(value)) return { kind: 'm', elements: [...value].flat() };
  if (isSet(value)) return { kind: 's', elements: [...value] as unknown[] };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind: 'o', elements: entries.flat() };
}
