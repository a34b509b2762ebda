import { isThenable } from '../../executor/thenable.js';
import type { Scope } from '../../graph/scope.js';
import type { Component } from '../component/component.js';
import { done, Provisional, skip } from '../component/emission.js';
import type { ComponentKind } from '../component/kinds.js';
import type { RingDescriptor, WriterDescriptor } from '../channel/descriptors.js';
import { Counters } from './counters.js';
import { Inputs } from './inputs.js';
import { Instance, type Body } from './instance.js';
import type { BuildRequest, ContextEvent, InputDescriptor, Permission } from './messages.js';
import { Outbox } from './outbox.js';
import { makeOutput } from './output.js';
import { Recovery } from './recovery.js';
import { Visits } from './visits.js';

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

/**
 * How far it has come in its life:
 * - `going`: it fires when it can.
 * - `finishing`: a source ends, what has parents ends with these.
 * - `leaving`: it fires no more, and is about to be halted.
 * - `halted`: it ends after the present firing.
 */
type Life = 'going' | 'finishing' | 'leaving' | 'halted' | 'ended';

/**
 * How far its firing has come:
 * - `none`: it has none.
 * - `open`: values were taken; the body runs, or what it has emitted waits for room.
 * - `awaited`: the body takes its time.
 * - `delayed`: codecs are loaded for the next one, or the component is made anew.
 */
type Firing = 'none' | 'open' | 'awaited' | 'delayed';

/** Whether it ends with its present firing: the body has said `done`, or was asked for what is left when nothing comes any more. */
type Last = 'no' | 'done' | 'concluding';

/** Runs one component: takes what its firings need, fires, emits, and ends it. */
export class Cell {
  readonly #parts: CellParts;
  readonly #scope: Scope;
  readonly #controller = new AbortController();
  readonly #counters: Counters;
  readonly #instance: Instance;
  readonly #inputs: Inputs;
  readonly #outbox: Outbox;
  readonly #recovery: Recovery;
  readonly #visits = new Visits(() => this.firing);
  readonly #isSource: boolean;
  readonly #args: unknown[] = [];
  #life: Life = 'going';
  #firing: Firing = 'none';
  #last: Last = 'no';
  /** As it was permitted. */
  #connected = false;
  #paused = false;
  #startedAt = 0;

  /** Makes the instance. @throws what its constructor throws, and DAG_LAYOUT */
  constructor(parts: CellParts) {
    const { request, context, scope, report } = parts;
    const { signal } = this.#controller;
    this.#parts = parts;
    this.#scope = scope;
    this.#counters = new Counters(request.counters);
    this.#inputs = new Inputs(request.merge);
    this.#outbox = new Outbox(this.#counters);
    this.#instance = new Instance({ request, equipment: { name: request.name, context, signal }, scope });
    this.#isSource = this.#instance.kind === 'emitter';
    this.#recovery = new Recovery({ request, instance: this.#instance, counters: this.#counters, signal, report });
  }

  get component(): Component {
    return this.#instance.component;
  }

  get kind(): ComponentKind {
    return this.#instance.kind;
  }

  /** A firing goes on and may need the event loop. */
  get firing(): boolean {
    return this.#firing === 'awaited' || this.#firing === 'delayed';
  }

  get ended(): boolean {
    return this.#life === 'ended';
  }

  /** Gives it the end that it writes to. */
  wire(writer: WriterDescriptor): void {
    const { report, request } = this.#parts;
    const { component, name } = request;
    const grow = (bytes: number): void => {
      report({ type: 'grow', component, bytes });
    };
    this.#outbox.wire(makeOutput({ writer, name, grow }));
  }

  /** Gives it further inputs, behind those that it has. */
  connect(inputs: readonly InputDescriptor[]): void {
    this.#inputs.connect(inputs);
    if (this.ended) this.#inputs.close(); // nobody is to wait for it
  }

  /** Takes inputs away from it, after the present firing if there is one. */
  async disconnect(edges: readonly number[]): Promise<void> {
    await this.#visits.between(() => {
      this.#outbox.keep();
      this.#inputs.disconnect(edges);
    });
  }

  /** New rings of the channel of an input, or of the output. */
  attach(edge: number | undefined, rings: readonly RingDescriptor[]): void {
    if (edge !== undefined) this.#inputs.attach(edge, rings);
    else for (const ring of rings) this.#outbox.output?.writer.attach(ring);
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
  permit({ connected, paused, leaving }: Permission): void {
    if (connected !== undefined) this.#connected = connected;
    if (paused !== undefined) this.#paused = paused && this.#life !== 'finishing';
    if (leaving === true && !this.ended) {
      if (this.#life === 'going') this.#life = 'leaving';
      this.#giveUp();
    }
  }

  /** Sets parameters, between firings. @throws DAG_PARAMETER */
  async set(values: Readonly<Record<string, unknown>>): Promise<void> {
    this.#instance.checkParameters(values);
    await this.#visits.between(() => {
      this.#instance.setParameters(values);
    });
  }

  /** Whether it has nothing to do, and only values along some connections, those of its loop, could change that. */
  stalled(loop: readonly number[]): boolean {
    if (this.#rests() || !this.#outbox.empty) return false;
    return !this.#connected || this.#inputs.waitsFor(loop);
  }

  /** Takes what has come along some connections, and nothing that comes there from now on. */
  cut(edges: readonly number[]): void {
    this.#inputs.cut(edges);
  }

  /** Sources end; what has parents ends with these, and takes what waits for it although it was held. */
  finish(): void {
    if (this.#life === 'going') this.#life = 'finishing';
    this.#paused = false;
    if (this.#isSource || !this.#connected) this.#controller.abort();
    this.#recovery.cancel();
  }

  /** Ends after the present firing. */
  halt(): void {
    if (!this.ended) this.#life = 'halted';
    this.#giveUp();
    if (!this.firing) this.#end();
  }

  /** Settles when it has ended, or has no firing to wait for. */
  async over(): Promise<void> {
    if (!this.ended) await this.#visits.settled();
  }

  /** Fires, emits or ends, if it can. @returns whether it has done something */
  step(): boolean {
    if (this.#rests()) return false;
    // What it has emitted goes out also when it has lost an input since.
    if (!this.#outbox.empty) return this.#flush();
    if (!this.#connected) return this.#life === 'finishing' && this.#end();
    if (!this.#isTriggered()) return this.#isOver() && this.#conclude();
    if (this.#outbox.output?.hasRoom === false) return false;
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

  /** Whether there is nothing for it to do now, whatever has come. */
  #rests(): boolean {
    return this.ended || this.firing || this.#paused || this.#visits.pending;
  }

  #isTriggered(): boolean {
    return this.#isSource ? this.#life !== 'finishing' : this.#inputs.triggered;
  }

  /** Whether it can never fire again, or is not to. */
  #isOver(): boolean {
    return this.#isSource ? this.#life === 'finishing' : this.#inputs.over;
  }

  readonly #parametrize = (values: unknown): void => {
    this.#instance.takeParameters(values);
  };

  #fire(): boolean {
    const { output } = this.#outbox;
    const args = this.#args;
    args.length = 0;
    this.#inputs.appendTo(args);
    if (output?.isRecord === true) {
      const out = output.claim();
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
    this.#firing = 'delayed';
    void loading.then(() => {
      this.#firing = 'none';
      this.#goOn();
    });
    return true;
  }

  /** Nothing comes any more: asks once for what is left, then ends. */
  #conclude(): boolean {
    const end = this.#last === 'concluding' || this.#isSource ? undefined : this.#instance.end;
    if (end === undefined) return this.#end();
    this.#last = 'concluding';
    try {
      this.#run(end, []);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  #run(body: Body, args: unknown[]): void {
    this.#firing = 'open';
    this.#startedAt = performance.now();
    const result = body.apply(this.#instance.component, args);
    if (!isThenable(result)) {
      this.#settle(result);
      return;
    }
    this.#firing = 'awaited';
    Promise.resolve(result).then(
      (value) => {
        this.#firing = 'open';
        try {
          this.#settle(value);
        } catch (error) {
          this.#fail(error);
        }
        this.#goOn();
      },
      (error: unknown) => {
        this.#firing = 'open';
        this.#fail(error);
        this.#goOn();
      },
    );
  }

  /** A firing that took its time is over. */
  #goOn(): void {
    if (this.#life === 'halted' && !this.firing) this.#end();
    this.#visits.tell();
    this.#parts.goOn();
  }

  #settle(given: unknown): void {
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    const result = this.#resultOf(given);
    if (result === skip || result === done) {
      this.#outbox.output?.writer.cancel();
      if (result === done && this.#last === 'no') this.#last = 'done';
    } else {
      this.#outbox.put(result);
      if (!this.#outbox.empty) {
        this.#flush();
        return;
      }
    }
    this.#close();
  }

  #resultOf(given: unknown): unknown {
    if (given instanceof Provisional) return this.#inputs.hasNewer ? skip : given.give();
    // At the end there was no outlet that it could have filled.
    return given === undefined && this.#last === 'concluding' ? skip : given;
  }

  /** Emits what there is room for. @returns whether it has done something */
  #flush(): boolean {
    let some = true;
    try {
      some = this.#outbox.flush();
    } catch (error) {
      this.#fail(error);
      return true;
    }
    if (this.#outbox.empty) this.#close();
    return some;
  }

  /** A firing is over, and all that it emitted is out. */
  #close(): void {
    if (this.#firing === 'none') return;
    this.#firing = 'none';
    if (this.#last !== 'concluding') this.#counters.fired(performance.now() - this.#startedAt);
    this.#recovery.reset();
    this.#inputs.release();
    // Who is taken away ends when nobody sees that any more: those that it feeds would end with it.
    if (this.#life === 'halted' || (this.#last !== 'no' && this.#life !== 'leaving')) this.#end();
  }

  /** A firing has failed: its values are let go of. */
  #fail(error: unknown): void {
    this.#firing = 'none';
    this.#scope.made = undefined;
    this.#scope.effects = undefined;
    this.#outbox.drop();
    this.#inputs.release();
    if (!this.#recovery.gaveUp(error)) this.#survive(error);
  }

  /** Does what is asked for after a failure. @returns whether it goes on at once */
  #survive(error: unknown): boolean {
    const { onError } = this.#parts.request;
    this.#counters.failed();
    if (onError === 'stop') {
      this.#end();
      this.#recovery.failed(error);
      return false;
    }
    this.#recovery.survived(error, onError);
    if (this.#life === 'halted' || this.#life === 'leaving') return false;
    if (onError === 'skip') return true;
    void this.#restart();
    return false;
  }

  /** Makes the component anew. */
  async #restart(): Promise<void> {
    this.#firing = 'delayed';
    try {
      await this.#recovery.renew(() => this.#isNeeded());
      this.#firing = 'none';
    } catch (error) {
      const gaveUp = this.#recovery.gaveUp(error);
      this.#firing = 'none';
      this.#end();
      if (!gaveUp) this.#recovery.failed(error);
    }
    this.#goOn();
  }

  /** Whether it may fire once more, so that it is worth while to make it anew. */
  #isNeeded(): boolean {
    return this.#life === 'going' || (this.#life === 'finishing' && !this.#isSource);
  }

  /** What waits for long is told that this is not wanted any more. */
  #giveUp(): void {
    this.#controller.abort();
    this.#recovery.cancel();
  }

  /** Ends it. @returns true, as that is something */
  #end(): true {
    if (this.ended) return true;
    this.#life = 'ended';
    this.#controller.abort();
    this.#outbox.output?.writer.close();
    this.#inputs.close();
    this.#parts.report({ type: 'ended', component: this.#parts.request.component });
    return true;
  }
}
