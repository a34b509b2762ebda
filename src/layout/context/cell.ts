import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import type { Future } from '../../graph/future.js';
import { currentScope, Scope } from '../../graph/scope.js';
import { specOf } from '../../graph/node.js';
import { Component } from '../component/component.js';
import { concludingOf } from '../component/concluding.js';
import { done, Emissions, Provisional, skip } from '../component/emission.js';
import { kindOf, type ComponentKind } from '../component/kinds.js';
import { parametersOf } from '../component/parameters.js';
import { resourcesOf } from '../component/resourced.js';
import type { RingDescriptor, WriterDescriptor } from '../channel/descriptors.js';
import { Backoff } from './backoff.js';
import { Counters } from './counters.js';
import { Input } from './input.js';
import type { BuildRequest, ContextEvent, InputDescriptor } from './messages.js';
import { makeOutput, type Output } from './output.js';

/** What a cell needs of its context. */
export interface CellParts {
  readonly request: BuildRequest;
  readonly context: string;
  /** The call that the context is, of which bodies are part; none on the calling thread. */
  readonly call: Future | undefined;
  readonly report: (event: ContextEvent) => void;
  /** It may be able to take a step again. */
  readonly wake: () => void;
}

type Body = (...args: unknown[]) => unknown;

/** Runs one component: takes what its firings need, fires, emits, and ends it. */
export class Cell {
  readonly #parts: CellParts;
  readonly #scope: Scope;
  readonly #controller = new AbortController();
  readonly #backoff = new Backoff();
  readonly #counters: Counters;
  #component: Component;
  #kind: ComponentKind;
  #compute: Body;
  #inputs: readonly Input[] = [];
  #output: Output | undefined;
  #args: unknown[] = [];
  #resources: Readonly<Record<string, unknown>> | undefined;
  /** What was emitted and found no room. The values of the firing stay as long as there is any. */
  #outbox: unknown[] = [];
  #begun = false;
  #held = false;
  #firing = false;
  /** Values were taken, and the firing is not over. */
  #open = false;
  #ending = false;
  /** Its parents have ended, and what it has to say to that was asked for. */
  #concluded = false;
  #finishing = false;
  #halted = false;
  #ended = false;
  #idle: (() => void)[] = [];
  #startedAt = 0;

  /** Makes the instance. @throws what its constructor throws, and DAG_LAYOUT */
  constructor(parts: CellParts) {
    this.#parts = parts;
    this.#counters = new Counters(parts.request.counters);
    this.#scope = new Scope(undefined, parts.call, undefined);
    this.#component = this.#inScope(() => makeComponent(parts.request));
    this.#kind = kindOf(this.#component.constructor) ?? 'collector'; // makeComponent has seen to it
    this.#compute = computeOf(this.#component);
    this.#equip();
  }

  get component(): Component {
    return this.#component;
  }

  get kind(): ComponentKind {
    return this.#kind;
  }

  /** A firing goes on and may need the event loop. */
  get firing(): boolean {
    return this.#firing;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Gives it the end that it writes to. */
  wire(writer: WriterDescriptor): void {
    const { report, request } = this.#parts;
    const { component, name } = request;
    this.#output = makeOutput({
      writer,
      name,
      grow: (bytes) => {
        report({ type: 'grow', component, bytes });
      },
    });
  }

  /** Gives it further inputs, behind those that it has. */
  connect(inputs: readonly InputDescriptor[]): void {
    const news = inputs.map((input) => new Input(input));
    if (this.#ended) for (const input of news) input.close(); // nobody is to wait for it
    this.#inputs = [...this.#inputs, ...news];
  }

  /** Takes inputs away from it, after the present firing if there is one. */
  async disconnect(edges: readonly number[]): Promise<void> {
    await this.#settled();
    for (const input of this.#inputs) if (edges.includes(input.edge)) input.close();
    this.#inputs = this.#inputs.filter(({ edge }) => !edges.includes(edge));
  }

  /** New rings of the channel of an input, or of the output. */
  attach(edge: number | undefined, rings: readonly RingDescriptor[]): void {
    const end = edge === undefined ? this.#output?.writer : this.#inputs.find((input) => input.edge === edge)?.reader;
    for (const ring of rings) end?.attach(ring);
  }

  /** Opens what the component needs. @throws what `start` throws */
  async start(resources: Readonly<Record<string, unknown>>): Promise<void> {
    this.#resources = resources;
    await this.#inScope(() => resourcesOf(this.#component).start?.(resources));
  }

  /** Closes what `start` has opened. @throws what `stop` throws */
  async stop(): Promise<void> {
    if (this.#resources === undefined) return;
    this.#resources = undefined;
    await this.#inScope(() => resourcesOf(this.#component).stop?.());
  }

  /** It may fire from now on, or may not any more. */
  begin(begun = true): void {
    this.#begun = begun;
  }

  /** Whether it waits in spite of values that it could take. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** Sets parameters, between firings. @throws DAG_PARAMETER */
  async set(values: Readonly<Record<string, unknown>>): Promise<void> {
    const parameters = parametersOf(this.#component);
    if (parameters === undefined) {
      throw new DagError('DAG_PARAMETER', { message: `${this.#parts.request.name} has no parameters.` });
    }
    parameters.definition.check(values);
    await this.#settled();
    parameters.definition.struct.assign(parameters.values, values as never); // checked above
  }

  /** Sources end; what has parents ends with these. */
  finish(): void {
    this.#finishing = true;
    if (this.#held || !this.#begun) this.halt();
    else if (this.#kind === 'emitter') this.#controller.abort();
  }

  /** Ends after the present firing. */
  halt(): void {
    this.#halted = true;
    this.#controller.abort();
    this.#backoff.cancel();
    if (!this.#firing) this.#end();
  }

  /** The end of the firing that goes on; at once when there is none. */
  async #settled(): Promise<void> {
    if (this.#firing) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Settles when it has ended. */
  async over(): Promise<void> {
    while (!this.#ended && this.#firing) await this.#settled();
  }

  /** Whether {@link step} would do anything. */
  get canStep(): boolean {
    if (!this.#begun || this.#ended || this.#firing || this.#held) return false;
    if (this.#outbox.length > 0) return this.#output?.hasRoom ?? true;
    if (!this.#isTriggered()) return this.#isOver();
    if (this.#finishing && this.#isOver()) return true;
    return this.#output?.hasRoom ?? true;
  }

  /** Fires, emits or ends, if it can. @returns whether it has done something */
  step(): boolean {
    if (!this.#begun || this.#ended || this.#firing || this.#held) return false;
    if (this.#outbox.length > 0) return this.#flush();
    const triggered = this.#isTriggered();
    // A loop is always triggered, and ends only when it is told to.
    if ((!triggered || this.#finishing) && this.#isOver()) {
      this.#conclude();
      return true;
    }
    if (!triggered || this.#output?.hasRoom === false) return false;
    try {
      return this.#takeAll() && this.#fire();
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  #isTriggered(): boolean {
    if (this.#kind === 'emitter') return !this.#finishing;
    let some = false;
    for (const input of this.#inputs) {
      if (input.role === 'parameters') continue;
      if (input.ready) {
        if (input.role === 'trigger') some = true;
      } else if (!this.#parts.request.merge && (input.role === 'trigger' || !input.hasValue)) return false;
    }
    return some;
  }

  /** Whether it can never fire again, or is not to: of loops, only what else comes in counts. */
  #isOver(): boolean {
    if (this.#kind === 'emitter') return this.#finishing;
    const { merge } = this.#parts.request;
    let forward = 0;
    let ended = 0;
    let back = 0;
    let alive = false;
    for (const input of this.#inputs) {
      const { role, feedback, ended: over } = input;
      if (role === 'parameters') continue;
      // Without merge each must give a value, one that is only sampled at least once.
      if (over && !merge && (role === 'sample' ? !input.hasValue : feedback)) return true;
      if (role === 'sample') continue;
      if (!over) alive = true;
      if (feedback) {
        back += 1;
        continue;
      }
      forward += 1;
      if (over) ended += 1;
    }
    if (forward === 0) return this.#finishing || (back > 0 && !alive);
    return merge ? ended === forward : ended > 0;
  }

  /** Takes what the firing is to be given; false when something was overtaken by newer values just now. */
  #takeAll(): boolean {
    let all = true;
    for (const input of this.#inputs) {
      if (!input.ready) continue;
      if (!input.take()) all = false;
      else if (input.role === 'parameters') this.#parametrize(input);
    }
    return all;
  }

  #parametrize(input: Input): void {
    const { value } = input;
    input.settle(false);
    const parameters = parametersOf(this.#component);
    if (parameters === undefined) return;
    const { definition, values } = parameters;
    const given = definition.struct.toObject(value as never); // the layout has seen that the structs are equal
    definition.check(given);
    definition.struct.assign(values, given); // checked just now
  }

  #fire(): boolean {
    const args = this.#args;
    args.length = 0;
    for (const { role, value } of this.#inputs) if (role !== 'parameters') args.push(value);
    if (this.#output?.isRecord === true) {
      const out = this.#output.claim();
      if (out === undefined) return false;
      args.push(out);
    }
    this.#run(this.#compute, args);
    return true;
  }

  /** Nothing comes any more: asks once for what is left, then ends. */
  #conclude(): void {
    const component = concludingOf(this.#component);
    if (this.#concluded || this.#kind === 'emitter' || typeof component.end !== 'function') {
      this.#end();
      return;
    }
    this.#concluded = true;
    try {
      this.#run(() => component.end?.(), []);
    } catch (error) {
      this.#fail(error);
    }
  }

  #run(body: Body, args: unknown[]): void {
    this.#open = true;
    this.#startedAt = performance.now();
    const result = currentScope.run(this.#scope, () => body.apply(this.#component, args));
    if (!isThenable(result)) {
      this.#settle(result);
      return;
    }
    this.#firing = true;
    Promise.resolve(result).then(
      (value) => {
        this.#firing = false;
        try {
          this.#settle(value);
        } catch (error) {
          this.#fail(error);
        }
        this.#goOn();
      },
      (error: unknown) => {
        this.#firing = false;
        this.#fail(error);
        this.#goOn();
      },
    );
  }

  /** A firing that took its time is over. */
  #goOn(): void {
    if (this.#halted && !this.#firing) this.#end();
    for (const tell of this.#idle.splice(0)) tell();
    this.#parts.wake();
  }

  #settle(given: unknown): void {
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    const output = this.#output;
    const result = this.#resultOf(given);
    if (result === skip || result === done) {
      output?.writer.cancel();
      this.#ending = result === done;
    } else if (output !== undefined) {
      if (result instanceof Emissions) {
        if (result.values.length === 0) output.writer.cancel();
        this.#outbox.push(...result.values);
      } else if (output.isRecord || result !== undefined) this.#outbox.push(result);
      if (this.#outbox.length > 0) {
        this.#flush();
        return;
      }
    }
    this.#close();
  }

  #resultOf(given: unknown): unknown {
    if (given instanceof Provisional) {
      return this.#inputs.some(({ role, hasNewer }) => role === 'trigger' && hasNewer) ? skip : given.give();
    }
    // At the end there was no outlet that it could have filled.
    return this.#concluded && given === undefined ? skip : given;
  }

  /** Emits what there is room for. @returns whether that was anything */
  #flush(): boolean {
    const output = this.#output;
    const before = this.#outbox.length;
    try {
      while (this.#outbox.length > 0 && output?.emit(this.#outbox[0]) === true) this.#outbox.shift();
    } catch (error) {
      this.#fail(error);
      return true;
    }
    if (this.#outbox.length === 0) this.#close();
    return this.#outbox.length < before;
  }

  /** A firing is over, and all that it emitted is out. */
  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (!this.#concluded) this.#counters.fired(performance.now() - this.#startedAt);
    this.#backoff.reset();
    this.#release();
    if (this.#ending || this.#concluded || (this.#halted && !this.#firing)) this.#end();
  }

  #release(): void {
    const { merge } = this.#parts.request;
    for (const input of this.#inputs) input.settle(merge || input.role === 'sample');
  }

  #fail(error: unknown): void {
    const { request, report } = this.#parts;
    const { component, onError } = request;
    const gaveUp = this.#controller.signal.aborted && isAbortError(error);
    this.#open = false;
    if (!gaveUp) this.#counters.failed();
    this.#outbox = [];
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    this.#output?.writer.cancel();
    this.#release();
    if (gaveUp) return;
    if (onError === 'stop') {
      this.#end();
      report({ type: 'failed', component, error });
      return;
    }
    report({ type: 'survived', component, error, how: onError });
    if (onError === 'restart' && !this.#halted) void this.#restart();
  }

  /** Makes the component anew, with the parameters that it had. */
  async #restart(): Promise<void> {
    const { request, report } = this.#parts;
    const resources = this.#resources;
    this.#firing = true;
    try {
      await this.stop();
      await this.#backoff.wait();
      if (!this.#halted) {
        const before = parametersOf(this.#component);
        this.#component = this.#inScope(() => makeComponent(request));
        this.#compute = computeOf(this.#component);
        this.#equip();
        const after = parametersOf(this.#component);
        if (before !== undefined && after !== undefined) after.definition.struct.copy(before.values, after.values);
        if (resources !== undefined) await this.start(resources);
        this.#counters.restarted();
      }
    } catch (error) {
      this.#firing = false;
      this.#end();
      report({ type: 'failed', component: request.component, error });
    }
    this.#firing = false;
    this.#goOn();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#controller.abort();
    this.#output?.writer.close();
    for (const input of this.#inputs) input.close();
    this.#parts.report({ type: 'ended', component: this.#parts.request.component });
  }

  #equip(): void {
    const { request, context } = this.#parts;
    Component.equip(this.#component, { name: request.name, context, signal: this.#controller.signal });
  }

  #inScope<Result>(act: () => Result): Result {
    return currentScope.run(this.#scope, act);
  }
}

/** Whether a body gave up because its signal was aborted, as all do that hand it on to what they wait for. */
function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

/** @throws what the constructor throws, and DAG_LAYOUT */
function makeComponent({ factory, args, name }: BuildRequest): Component {
  const spec = specOf(factory);
  const make = (spec === undefined ? factory : spec.body) as (...args: readonly unknown[]) => unknown; // the layout gives nothing else
  const made = make(...args);
  if (made instanceof Component && kindOf(made.constructor) !== undefined) return made;
  throw new DagError('DAG_LAYOUT', { message: `${name} is no Emitter, Router or Collector.` });
}

function computeOf(component: Component): Body {
  const compute = 'compute' in component ? component.compute : undefined;
  if (typeof compute === 'function') return compute as Body;
  throw new DagError('DAG_LAYOUT', {
    message: `${component.constructor.name} has no method \`compute\`, which is what fires.`,
  });
}
