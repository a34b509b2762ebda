import { DagError } from '../../errors.js';
import type { Future } from '../../graph/future.js';
import { currentScope, Scope } from '../../graph/scope.js';
import { recordOf } from '../component/record-of.js';
import { portableThrown } from '../../memory/payload/thrown.js';
import { unblocked } from '../../memory/unshared.js';
import { parametersOf } from '../component/parameters.js';
import type { RecordDescription } from '../channel/record.js';
import type { WriterDescriptor } from '../channel/descriptors.js';
import { Cell } from './cell.js';
import { FiringWaits } from './firing-waits.js';
import type {
  BuildRequest,
  ContextCalls,
  ContextEvent,
  InputDescriptor,
  Permission,
  Question,
  RingsMessage,
  Traits,
} from './messages.js';
import { Rest, turn } from './rest.js';

/** Milliseconds after which the event loop must go round though firings could go on. */
const TURN = 4;

/** What a context is made of. */
export interface ContextParts {
  readonly name: string;
  /** Rung for everything that the context waits for. */
  readonly bell: SharedArrayBuffer;
  /** Number of the last call that was sent to it: see `CallNumbers`. */
  readonly calls: SharedArrayBuffer;
  /** It runs on the thread of the caller, which it must not block. */
  readonly inline: boolean;
}

/** Runs the components of one context, on whichever thread that is: fires what can fire, in turn, and rests in between. */
export class ContextHost implements ContextCalls {
  readonly #parts: ContextParts;
  readonly #cells = new Map<number, Cell>();
  readonly #rest: Rest;
  readonly #sent: Int32Array;
  /** Calls that have come. */
  #received = 0;
  /** Calls that have not ended. */
  #pending = 0;
  #events: ContextEvent[] = [];
  #listener: ((events: readonly ContextEvent[]) => void) | undefined;
  /** Bodies are part of the call that the context is; of none on the calling thread. */
  #scope = new Scope(undefined, undefined, undefined);
  #closed = false;
  /** Calls that wait for the end of a firing. */
  readonly waits = new FiringWaits();

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#rest = new Rest({ bell: parts.bell, blocks: !parts.inline });
    this.#sent = new Int32Array(parts.calls);
  }

  /** Fires until it is closed. @param call the call of which the bodies are part. */
  async run(call: Future | undefined): Promise<void> {
    this.#scope = new Scope(undefined, call, undefined);
    // Entered once for all firings: each time costs as much as a small firing.
    await currentScope.run(this.#scope, () => this.#fire());
  }

  /** Whether a scope is that of its bodies. */
  isScope(scope: Scope | undefined): boolean {
    return scope === this.#scope;
  }

  async #fire(): Promise<void> {
    let turnAt = performance.now();
    while (!this.#closed) {
      if (!this.#stepAll()) {
        await this.#rest.settle();
        if (!this.#rest.block(this.#goOn, this.#isBusy)) await this.#rest.sleep(this.#goOn);
        if (this.#awaitsCalls()) await turn();
        turnAt = performance.now();
      } else if (performance.now() - turnAt > TURN) {
        await turn();
        turnAt = performance.now();
      }
    }
  }

  /**
   * A firing that took its time is over. What can go on goes on at once where the context sleeps, and it sleeps on if all of
   * that takes its time again: to wake it takes longer than a small firing, while whoever was emitted to may be waiting for
   * this very core.
   */
  #continue(): void {
    if (this.#rest.sleeping && !this.#closed && !this.#awaitsCalls()) {
      const startedAt = performance.now();
      let some = true;
      while (some && performance.now() - startedAt < TURN) some = this.#stepAll();
      if (!some && this.#isBusy()) return;
    }
    this.#rest.wake();
  }

  /** Lets each component do what it can. @returns whether any has done something */
  #stepAll(): boolean {
    let some = false;
    for (const cell of this.#cells.values()) if (cell.step()) some = true;
    return some;
  }

  /** It does at once what it has been waiting for: between looking and doing there would be a microsecond or more. */
  readonly #goOn = (): boolean => this.#closed || this.#awaitsCalls() || this.#stepAll();

  /** Whether the event loop has to run: firings wait for something there, or calls. */
  readonly #isBusy = (): boolean => {
    if (this.#pending > 0 || this.#awaitsCalls()) return true;
    for (const cell of this.#cells.values()) if (cell.firing) return true;
    return false;
  };

  #awaitsCalls(): boolean {
    return Atomics.load(this.#sent, 0) > this.#received;
  }

  /** Answers a call. */
  async take({ number, name, args }: Question): Promise<unknown> {
    this.#received = Math.max(this.#received, number);
    // To wait for events is no reason for the event loop to run: each event of the thread settles it there.
    const counts = name !== 'events';
    if (counts) this.#pending += 1;
    try {
      return await (this[name] as (...args: readonly unknown[]) => unknown)(...args); // as ContextCalls has it
    } finally {
      if (counts) this.#pending -= 1;
      this.#rest.expedite();
      this.#rest.wake();
    }
  }

  build(request: BuildRequest): Traits {
    const cell = new Cell({
      // The memory of arguments goes to others when the call is over.
      request: { ...request, args: unblocked(request.args) as readonly unknown[] },
      context: this.#parts.name,
      scope: this.#scope,
      report: (event) => {
        this.#report(event);
      },
      goOn: () => {
        this.#continue();
      },
    });
    this.#cells.set(request.component, cell);
    return traitsOf(cell, request.name);
  }

  wire(component: number, writer: WriterDescriptor): void {
    this.#cell(component).wire(writer);
  }

  connect(component: number, inputs: readonly InputDescriptor[]): void {
    this.#cell(component).connect(inputs.map((input) => ownInitial(input)));
  }

  async disconnect(component: number, edges: readonly number[], permission: Permission): Promise<void> {
    const cell = this.#cell(component);
    cell.permit(permission);
    await this.#after([cell], cell.disconnect(edges));
  }

  attach(rings: readonly RingsMessage[]): void {
    for (const { component, edge, rings: news } of rings) this.#cells.get(component)?.attach(edge, news);
  }

  async start(component: number, resources: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#cell(component).start(unblocked(resources) as typeof resources);
  }

  permit(components: readonly number[], permission: Permission): void {
    for (const component of components) this.#cell(component).permit(permission);
  }

  async set(component: number, values: Readonly<Record<string, unknown>>): Promise<void> {
    const cell = this.#cell(component);
    await this.#after([cell], cell.set(values));
  }

  stalled(component: number, loop: readonly number[]): boolean {
    return this.#cell(component).stalled(loop);
  }

  endLoop(component: number, loop: readonly number[]): void {
    const cell = this.#cell(component);
    if (cell.stalled(loop)) cell.cut(loop);
  }

  cut(component: number, edges: readonly number[]): void {
    this.#cell(component).cut(edges);
  }

  finish(): void {
    for (const cell of this.#cells.values()) cell.finish();
  }

  async halt(components: readonly number[] = [...this.#cells.keys()]): Promise<void> {
    const cells = components.map((component) => this.#cell(component));
    for (const cell of cells) cell.halt();
    await this.#after(cells, Promise.all(cells.map((cell) => cell.over())));
  }

  #after(cells: readonly Cell[], done: Promise<unknown>): Promise<unknown> {
    return cells.some(({ firing }) => firing) ? this.waits.during(done) : done;
  }

  async stop(component: number): Promise<void> {
    const cell = this.#cells.get(component);
    try {
      await cell?.stop();
    } finally {
      if (cell?.ended === true) this.#cells.delete(component);
    }
  }

  events(): Promise<readonly ContextEvent[]> {
    if (this.#events.length > 0) return Promise.resolve(this.#events.splice(0));
    return new Promise((resolve) => {
      this.#listener = resolve;
    });
  }

  close(): void {
    this.#closed = true;
    this.#listener?.([]);
    this.#rest.wake();
  }

  #report(event: ContextEvent): void {
    const told = 'error' in event ? { ...event, error: portableThrown(event.error) } : event;
    this.#events.push(this.#parts.inline ? event : told);
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    this.#rest.expedite();
    // Events of one stretch go together.
    queueMicrotask(() => {
      listener(this.#events.splice(0));
    });
  }

  #cell(component: number): Cell {
    const cell = this.#cells.get(component);
    if (cell !== undefined) return cell;
    throw new DagError('DAG_INTERNAL', {
      message: `${this.#parts.name} has no component ${component.toString()}.`,
    });
  }
}

function traitsOf({ component, kind, shape }: Cell, name: string): Traits {
  const type = component.constructor as { readonly output?: unknown; readonly inputs?: unknown };
  const output = 'output' in component ? component.output : type.output;
  const inputs = 'inputs' in component ? component.inputs : type.inputs;
  const parameters = parametersOf(component);
  const records = Array.isArray(inputs)
    ? inputs.map((input) => recordOf(input, `${name}: each of \`inputs\``))
    : undefined;
  const { arity, variadic, returns } = shape;
  if (kind === 'emitter' && output === undefined && arity > 0) {
    throw new DagError('DAG_LAYOUT', {
      message: `${name} is to fill what it emits, but its class does not say of which struct.`,
      remedy: 'Give it `static readonly output = …`, or a `compute` without parameters that returns values.',
    });
  }
  return {
    kind,
    output: kind === 'collector' ? undefined : outputOf(output, name),
    inputs: records,
    parameters: parameters?.definition.struct.describe(),
    arity,
    variadic,
    returns,
  };
}

function outputOf(output: unknown, name: string): RecordDescription {
  return output === undefined ? 'bytes' : recordOf(output, `${name}: \`output\``);
}

function ownInitial(input: InputDescriptor): InputDescriptor {
  return input.initial === undefined ? input : { ...input, initial: unblocked(input.initial) as typeof input.initial };
}
