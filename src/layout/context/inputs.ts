import type { RingDescriptor } from '../channel/descriptors.js';
import { Input } from './input.js';
import type { InputDescriptor } from './messages.js';

/** All inputs of a component, in the order in which they were connected: whether it can fire, and what it is given. */
export class Inputs {
  readonly #merge: boolean;
  #all: readonly Input[] = [];
  #parameters: readonly Input[] = [];

  /** @param merge fires on any input that triggers it, rather than on all. */
  constructor(merge: boolean) {
    this.#merge = merge;
  }

  /** Adds inputs, behind those that there are. */
  connect(inputs: readonly InputDescriptor[]): void {
    this.#have([...this.#all, ...inputs.map((input) => new Input(input))]);
  }

  /** Takes inputs away; nothing may hold their values any more. */
  disconnect(edges: readonly number[]): void {
    for (const input of this.#all) if (edges.includes(input.edge)) input.close();
    this.#have(this.#all.filter(({ edge }) => !edges.includes(edge)));
  }

  #have(all: readonly Input[]): void {
    this.#all = all;
    this.#parameters = all.filter(({ role }) => role === 'parameters');
  }

  /** New rings of the channel of an input. */
  attach(edge: number, rings: readonly RingDescriptor[]): void {
    const reader = this.#all.find((input) => input.edge === edge)?.reader;
    for (const ring of rings) reader?.attach(ring);
  }

  /** Whether there is what a firing needs. */
  get triggered(): boolean {
    let some = false;
    for (const input of this.#all) {
      if (input.role === 'parameters') continue;
      if (input.ready) {
        if (input.role === 'trigger') some = true;
      } else if (!this.#merge && (input.role === 'trigger' || !input.hasValue)) return false;
    }
    return some;
  }

  /**
   * Whether it can never fire again: without `merge` each parent must give a value, one that is only sampled at least once;
   * with it, any parent that triggers may.
   */
  get over(): boolean {
    let some = false;
    for (const input of this.#all) {
      if (input.role === 'parameters') continue;
      if (input.role === 'sample' ? !input.hasValue && input.ended : input.ended) {
        if (!this.#merge) return true;
        some ||= input.role === 'trigger';
      } else if (this.#merge && input.role === 'trigger') return false;
    }
    return some;
  }

  /** Whether nothing comes any more but along some connections, and what has come is not enough to fire. */
  waitsFor(edges: readonly number[]): boolean {
    for (const { role, edge, reader, hasValue } of this.#all) {
      if (role === 'parameters' || edges.includes(edge) || (role === 'sample' && hasValue)) continue;
      if (!reader.closed) return false;
    }
    return !this.triggered; // asked last: what came before the others had ended is seen
  }

  /** Takes what has come along some connections, and nothing that comes there from now on. */
  cut(edges: readonly number[]): void {
    for (const input of this.#all) if (edges.includes(input.edge)) input.cut();
  }

  /** Takes parameters that have come, and no values. @param parametrize is given them; their view is let go of after that. */
  takeParameters(parametrize: (values: unknown) => void): void {
    for (const input of this.#parameters) {
      if (!input.ready || !input.take()) continue;
      try {
        parametrize(input.value);
      } finally {
        input.settle(false);
      }
    }
  }

  /**
   * Takes what the next firing is to be given, of every input that has something; false when something was overtaken by newer
   * values just now, or {@link loading} has to be waited for.
   *
   * @throws why something that was taken cannot be read, when all was taken.
   */
  take(): boolean {
    let all = true;
    let failure: Input['failure'];
    for (const input of this.#all) {
      if (input.role === 'parameters' || !input.ready) continue;
      if (!input.take()) all = false;
      failure ??= input.failure;
    }
    if (all && failure !== undefined) throw failure.error;
    return all;
  }

  /** Settles when something that was taken can be read; undefined when nothing has to be waited for. */
  get loading(): Promise<void> | undefined {
    return this.#all.find(({ loading }) => loading !== undefined)?.loading;
  }

  /** Appends the values that were taken, or kept, in order. */
  appendTo(args: unknown[]): void {
    for (const { role, value } of this.#all) if (role !== 'parameters') args.push(value);
  }

  /** Whether a value has come that would trigger a firing, since the last ones were taken. */
  get hasNewer(): boolean {
    return this.#all.some(({ role, hasNewer }) => role === 'trigger' && hasNewer);
  }

  /** The firing is over: lets go of its values, but for those that later firings are to see again. */
  release(): void {
    for (const input of this.#all) input.settle(this.#merge || input.role === 'sample');
  }

  close(): void {
    for (const input of this.#all) input.close();
  }
}
