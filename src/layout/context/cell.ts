import type { Scope } from '../../graph/scope.js';
import type { Component } from '../component/component.js';
import type { ComponentKind } from '../component/kinds.js';
import type { RingDescriptor, WriterDescriptor } from '../channel/descriptors.js';
import { Counters } from './counters.js';
import { Firing } from './firing.js';
import { Inputs } from './inputs.js';
import { Instance } from './instance.js';
import type { BuildRequest, ContextEvent, InputDescriptor, Permission } from './messages.js';
import { Outbox } from './outbox.js';
import { makeOutput } from './output.js';
import type { Shape } from './signature.js';
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

/** Runs one component: takes what its firings need, fires, emits, and ends it. */
export class Cell {
  readonly #parts: CellParts;
  readonly #controller = new AbortController();
  readonly #counters: Counters;
  readonly #instance: Instance;
  readonly #inputs: Inputs;
  readonly #outbox: Outbox;
  readonly #recovery: Recovery;
  readonly #firing: Firing;
  readonly #visits = new Visits(() => this.firing);
  readonly #isSource: boolean;
  #life: Life = 'going';
  /** As it was permitted. */
  #connected = false;
  #paused = false;

  /** Makes the instance. @throws what its constructor throws, and DAG_LAYOUT */
  constructor(parts: CellParts) {
    const { request, context, scope, report } = parts;
    const { signal } = this.#controller;
    const counters = new Counters(request.counters);
    const inputs = new Inputs(request.merge);
    const outbox = new Outbox(counters);
    const instance = new Instance({ request, equipment: { name: request.name, context, signal }, scope });
    this.#parts = parts;
    this.#counters = counters;
    this.#inputs = inputs;
    this.#outbox = outbox;
    this.#instance = instance;
    this.#isSource = instance.kind === 'emitter';
    this.#recovery = new Recovery({ request, instance, counters, signal, report });
    this.#firing = new Firing(
      { scope, counters, instance, inputs, outbox },
      { closed: this.#closed, failed: this.#failed, settled: this.#settled },
    );
  }

  get component(): Component {
    return this.#instance.component;
  }

  get kind(): ComponentKind {
    return this.#instance.kind;
  }

  get shape(): Shape {
    return this.#instance.shape;
  }

  /** A firing goes on and may need the event loop. */
  get firing(): boolean {
    return this.#firing.pending;
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
    if (!this.#outbox.empty) return this.#firing.flush();
    if (!this.#connected) return this.#life === 'finishing' && this.#end();
    if (!this.#isTriggered()) return this.#isOver() && this.#conclude();
    if (this.#outbox.output?.hasRoom === false) return false;
    try {
      this.#inputs.takeParameters(this.#parametrize);
    } catch (error) {
      // The values are for a firing with the parameters that there are.
      if (!this.#survive(error)) return true;
    }
    return this.#firing.next();
  }

  /** Whether there is nothing for it to do now, whatever has come. */
  #rests(): boolean {
    return this.ended || this.firing || this.#paused || this.#visits.pending;
  }

  /** Nothing comes any more: asks once for what is left, then ends. */
  #conclude(): boolean {
    return (!this.#isSource && this.#firing.conclude()) || this.#end();
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

  /** A firing is over. */
  readonly #closed = (): void => {
    this.#recovery.reset();
    // Who is taken away ends when nobody sees that any more: those that it feeds would end with it.
    if (this.#life === 'halted' || (this.#firing.isLast && this.#life !== 'leaving')) this.#end();
  };

  readonly #failed = (error: unknown): void => {
    if (!this.#recovery.gaveUp(error)) this.#survive(error);
  };

  /** What took its time is over. */
  readonly #settled = (): void => {
    if (this.#life === 'halted' && !this.firing) this.#end();
    this.#visits.tell();
    this.#parts.goOn();
  };

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
    if (onError === 'skip' && !this.#isSource) return true;
    // A source that fails again and again would do nothing else.
    void this.#firing.delay(onError === 'skip' ? this.#pause : this.#restart);
    return false;
  }

  readonly #pause = (): Promise<void> => this.#recovery.pause();

  /** Makes the component anew. */
  readonly #restart = async (): Promise<void> => {
    try {
      await this.#recovery.renew(() => this.#isNeeded());
    } catch (error) {
      const gaveUp = this.#recovery.gaveUp(error); // its end tells the signal
      this.#end();
      if (!gaveUp) this.#recovery.failed(error);
    }
  };

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
