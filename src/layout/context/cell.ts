import { isThenable } from '../../executor/thenable.js';
import type { Scope } from '../../graph/scope.js';
import type { Component } from '../component/component.js';
import { done, Emissions, Provisional, skip } from '../component/emission.js';
import type { ComponentKind } from '../component/kinds.js';
import type { RingDescriptor, WriterDescriptor } from '../channel/descriptors.js';
import { Backoff } from './backoff.js';
import { Counters } from './counters.js';
import { Inputs } from './inputs.js';
import { Instance, type Body } from './instance.js';
import type { BuildRequest, ContextEvent, InputDescriptor, Permission } from './messages.js';
import { makeOutput, type Output } from './output.js';

/** What a cell needs of its context. */
export interface CellParts {
  readonly request: BuildRequest;
  readonly context: string;
  /** The scope of all bodies of the context, in which {@link Cell.step} is called. */
  readonly scope: Scope;
  readonly report: (event: ContextEvent) => void;
  /** A firing that took its time is over: it may be able to take a step again. */
  readonly goOn: () => void;
}

/** Runs one component: takes what its firings need, fires, emits, and ends it. */
export class Cell {
  readonly #parts: CellParts;
  readonly #scope: Scope;
  readonly #controller = new AbortController();
  readonly #backoff = new Backoff();
  readonly #counters: Counters;
  readonly #instance: Instance;
  readonly #inputs: Inputs;
  #output: Output | undefined;
  readonly #args: unknown[] = [];
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
  /** What is to be done before the next firing. */
  #visits = 0;
  #startedAt = 0;
  readonly #isSource: boolean;

  /** Makes the instance. @throws what its constructor throws, and DAG_LAYOUT */
  constructor(parts: CellParts) {
    this.#parts = parts;
    this.#counters = new Counters(parts.request.counters);
    this.#scope = parts.scope;
    this.#inputs = new Inputs(parts.request.merge);
    const { request, context, scope } = parts;
    const equipment = { name: request.name, context, signal: this.#controller.signal };
    this.#instance = new Instance({ request, equipment, scope });
    this.#isSource = this.#instance.kind === 'emitter';
  }

  get component(): Component {
    return this.#instance.component;
  }

  get kind(): ComponentKind {
    return this.#instance.kind;
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
    this.#inputs.connect(inputs);
    if (this.#ended) this.#inputs.close(); // nobody is to wait for it
  }

  /** Takes inputs away from it, after the present firing if there is one. */
  async disconnect(edges: readonly number[]): Promise<void> {
    await this.#between(() => {
      // What waits for room may lie in what is let go of.
      if (this.#outbox.length > 0) this.#outbox = [...(this.#output?.keep(this.#outbox) ?? [])];
      this.#inputs.disconnect(edges);
    });
  }

  /** New rings of the channel of an input, or of the output. */
  attach(edge: number | undefined, rings: readonly RingDescriptor[]): void {
    if (edge !== undefined) this.#inputs.attach(edge, rings);
    else for (const ring of rings) this.#output?.writer.attach(ring);
  }

  /** Opens what the component needs. @throws what `start` throws */
  start(resources: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#instance.start(resources);
  }

  /** Closes what `start` has opened. @throws what `stop` throws */
  stop(): Promise<void> {
    return this.#instance.stop();
  }

  /** Lets it fire, or not; nothing keeps it from draining. */
  permit({ connected, paused }: Permission): void {
    if (connected !== undefined) this.#begun = connected;
    if (paused !== undefined) this.#held = paused && !this.#finishing;
  }

  /** Sets parameters, between firings. @throws DAG_PARAMETER */
  async set(values: Readonly<Record<string, unknown>>): Promise<void> {
    this.#instance.checkParameters(values);
    await this.#between(() => {
      this.#instance.setParameters(values);
    });
  }

  /** Sources end; what has parents ends with these, and takes what waits for it although it was held. */
  finish(): void {
    this.#finishing = true;
    this.#held = false;
    if (this.#isSource || !this.#begun) this.#controller.abort();
    this.#backoff.cancel();
  }

  /** Whether it has nothing to do, and only values along some connections, those of its loop, could change that. */
  stalled(loop: readonly number[]): boolean {
    if (this.#ended || this.#firing || this.#held || this.#visits > 0 || this.#outbox.length > 0) return false;
    return !this.#begun || this.#inputs.waitsFor(loop);
  }

  /** Takes what has come along some connections, and nothing that comes there from now on. */
  cut(edges: readonly number[]): void {
    this.#inputs.cut(edges);
  }

  /** Ends after the present firing. */
  halt(): void {
    this.#halted = true;
    this.#controller.abort();
    this.#backoff.cancel();
    if (!this.#firing) this.#end();
  }

  /** Does something between two firings: after the present one, and before the next, which waits for it. */
  async #between(act: () => void): Promise<void> {
    this.#visits += 1;
    try {
      while (this.#firing) await this.#settled();
      act();
    } finally {
      this.#visits -= 1;
    }
  }

  /** The end of the firing that goes on. */
  #settled(): Promise<void> {
    return new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Settles when it has ended. */
  async over(): Promise<void> {
    while (!this.#ended && this.#firing) await this.#settled();
  }

  /** Fires, emits or ends, if it can. @returns whether it has done something */
  step(): boolean {
    if (this.#ended || this.#firing || this.#held || this.#visits > 0) return false;
    // What it has emitted goes out also when it has lost an input since.
    if (this.#outbox.length > 0) return this.#flush();
    if (!this.#begun) return this.#finishing && this.#giveUp();
    const triggered = this.#isTriggered();
    if (!triggered && this.#isOver()) {
      this.#conclude();
      return true;
    }
    if (!triggered || this.#output?.hasRoom === false) return false;
    try {
      this.#inputs.takeParameters(this.#parametrize);
    } catch (error) {
      // The values are for a firing with the parameters that there are.
      if (!this.#survive(error)) return true;
    }
    try {
      return this.#inputs.take() ? this.#fire() : this.#load();
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  /** It is to end, and cannot fire any more. */
  #giveUp(): boolean {
    this.#end();
    return true;
  }

  #isTriggered(): boolean {
    return this.#isSource ? !this.#finishing : this.#inputs.triggered;
  }

  /** Whether it can never fire again, or is not to. */
  #isOver(): boolean {
    return this.#isSource ? this.#finishing : this.#inputs.over;
  }

  readonly #parametrize = (values: unknown): void => {
    this.#instance.takeParameters(values);
  };

  #fire(): boolean {
    const args = this.#args;
    args.length = 0;
    this.#inputs.appendTo(args);
    if (this.#output?.isRecord === true) {
      const out = this.#output.claim();
      if (out === undefined) return false;
      args.push(out);
    }
    this.#run(this.#instance.compute, args);
    return true;
  }

  /** Waits, like for a firing, for codecs of what was taken. @returns whether there is anything to wait for */
  #load(): boolean {
    const { loading } = this.#inputs;
    if (loading === undefined) return false;
    this.#firing = true;
    void loading.then(() => {
      this.#firing = false;
      this.#goOn();
    });
    return true;
  }

  /** Nothing comes any more: asks once for what is left, then ends. */
  #conclude(): void {
    const end = this.#concluded || this.#isSource ? undefined : this.#instance.end;
    if (end === undefined) {
      this.#end();
      return;
    }
    this.#concluded = true;
    try {
      this.#run(end, []);
    } catch (error) {
      this.#fail(error);
    }
  }

  #run(body: Body, args: unknown[]): void {
    this.#open = true;
    this.#startedAt = performance.now();
    const result = body.apply(this.#instance.component, args);
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
    if (this.#idle.length > 0) for (const tell of this.#idle.splice(0)) tell();
    this.#parts.goOn();
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
        this.#outbox.push(...output.apart(result.values));
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
      return this.#inputs.hasNewer ? skip : given.give();
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
    this.#inputs.release();
    if (this.#ending || this.#concluded || (this.#halted && !this.#firing)) this.#end();
  }

  /** It ended something because it was told to. */
  #gaveUp(error: unknown): boolean {
    return this.#controller.signal.aborted && isAbortError(error);
  }

  /** A firing has failed: its values are let go of. */
  #fail(error: unknown): void {
    this.#open = false;
    this.#outbox = [];
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    this.#output?.writer.cancel();
    this.#inputs.release();
    if (!this.#gaveUp(error)) this.#survive(error);
  }

  /** Does what is asked for after a failure. @returns whether it goes on at once */
  #survive(error: unknown): boolean {
    const { request, report } = this.#parts;
    const { component, onError } = request;
    this.#counters.failed();
    if (onError === 'stop') {
      this.#end();
      report({ type: 'failed', component, error });
      return false;
    }
    report({ type: 'survived', component, error, how: onError });
    if (onError !== 'restart' || this.#halted) return !this.#halted;
    void this.#restart();
    return false;
  }

  /** Makes the component anew, with the parameters that it had. */
  async #restart(): Promise<void> {
    const { request, report } = this.#parts;
    this.#firing = true;
    try {
      const renewed = await this.#instance.renew(async () => {
        if (!this.#isNeeded()) return false;
        await this.#backoff.wait();
        return this.#isNeeded();
      });
      if (renewed) this.#counters.restarted();
    } catch (error) {
      const gaveUp = this.#gaveUp(error);
      this.#firing = false;
      this.#end();
      if (!gaveUp) report({ type: 'failed', component: request.component, error });
    }
    this.#firing = false;
    this.#goOn();
  }

  /** Whether it may fire once more, so that it is worth while to make it anew. */
  #isNeeded(): boolean {
    return !this.#halted && !(this.#isSource && this.#finishing);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#controller.abort();
    this.#output?.writer.close();
    this.#inputs.close();
    this.#parts.report({ type: 'ended', component: this.#parts.request.component });
  }
}

/** Whether a body gave up because its signal was aborted, as all do that hand it on to what they wait for. */
function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
