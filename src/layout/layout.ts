import { AsyncLocalStorage } from 'node:async_hooks';
import { DagError } from '../errors.js';
import { checkByRules, type OptionRules } from '../graph/option-rules.js';
import { checkIsOptions } from '../graph/options.js';
import { thread } from '../graph/thread.js';
import { never } from '../resolve/resolve.js';
import type { Component, TakesFrom } from './component/component.js';
import type { ComponentClass } from './component/decorator.js';
import type { Prepared } from './component/prepared.js';
import { unlessAborted } from './run/aborted.js';
import { RunningLayout, type StartOptions } from './run/running-layout.js';
import type { ComponentRef } from './wiring/component-ref.js';
import type { Context, ContextOptions } from './wiring/context.js';
import type { EdgeOptions } from './wiring/edge.js';
import { NameCounts, Wiring } from './wiring/wiring.js';

const rules: OptionRules<StartOptions> = {
  signal: { expected: 'an AbortSignal', allows: (value) => value instanceof AbortSignal },
  resources: { expected: 'an object', allows: (value) => typeof value === 'object' && value !== null },
  onFailure: { expected: 'a function', allows: (value) => typeof value === 'function' },
};

/** A call of `setup` of a layout. */
interface Setup {
  readonly of: Layout;
  readonly wiring: Wiring;
  /** It has ended, or was given up. */
  over: boolean;
}

/** The call of `setup` that something belongs to. */
const settingUp = new AsyncLocalStorage<Setup>();

/**
 * A graph of components that live for long, each at its own pace in a context of its own choice, which hand records to each
 * other in shared memory. A class that extends it says in `setup` what it is made of. After ndgpy, and the units and topics
 * of ezmsg.
 */
export abstract class Layout {
  /** The `setup` that goes on. */
  #setup: Setup | undefined;

  /** Makes contexts, adds components and connects them. */
  abstract setup(): void | PromiseLike<void>;

  /** A new place for components: a thread, unless it is `inline`. @throws DAG_OPTION */
  context(options: ContextOptions = {}): Context {
    return this.#open('context()').context(options);
  }

  /**
   * Adds a component: its class, and what its constructor is given in its context. Arguments travel to threads as those of
   * calls on a pool do, and belong to the component: it may change them.
   *
   * @throws DAG_LAYOUT
   */
  add<Of extends Component, Args extends readonly unknown[]>(
    context: Context,
    type: new (...args: Args) => Of,
    ...args: Args
  ): ComponentRef<Of>;
  /** Adds what `unit()` has prepared. */
  add<Of extends Component>(context: Context, prepared: Prepared<Of>): ComponentRef<Of>;
  add<Of extends Component>(
    context: Context,
    type: ComponentClass<Of> | Prepared<Of>,
    ...args: readonly unknown[]
  ): ComponentRef<Of> {
    return this.#open('add()').add(context, type, ...args);
  }

  /** Gives the values of one component to another, behind the parents that it has. @throws DAG_OPTION, DAG_LAYOUT */
  connect<From extends Component, To extends Component>(
    from: ComponentRef<From>,
    to: ComponentRef<To> & TakesFrom<From, To>,
    options?: EdgeOptions,
  ): void {
    this.#open('connect()').connect(from, to, options);
  }

  /** Lets one component set the parameters of another, without making it fire. @throws DAG_LAYOUT */
  parametrize(from: ComponentRef, to: ComponentRef): void {
    this.#open('parametrize()').parametrize(from, to);
  }

  /**
   * Builds every component in its context, checks all connections, runs every `start`, makes the connections, and then lets
   * all fire. May be called again: each time is a layout of its own.
   *
   * @throws ComponentError when a constructor or `start` fails, and when a thread ends meanwhile (DAG_CONTEXT_DIED);
   * DAG_LAYOUT for what cannot run, DAG_OPTION, DAG_ABORTED; then everything is closed again.
   */
  async start(options: StartOptions = {}): Promise<RunningLayout> {
    // Where a thread imports the program for its components, it begins nothing.
    if (thread.pooled && thread.inert) await never();
    const given: unknown = options;
    checkIsOptions(given, 'start()');
    checkByRules(options, { subject: 'start()', rules });
    const names = new NameCounts();
    const wiring = new Wiring(names);
    if (this.#setup !== undefined) {
      throw new DagError('DAG_LAYOUT', { message: `start(): setup() of ${this.constructor.name} has not ended yet.` });
    }
    const going: Setup = { of: this, wiring, over: false };
    this.#setup = going;
    try {
      await unlessAborted(() => settingUp.run(going, () => this.setup()), options.signal);
    } finally {
      this.#setup = undefined;
      going.over = true;
    }
    if (wiring.components.length === 0) {
      throw new DagError('DAG_LAYOUT', { message: `setup() of ${this.constructor.name} has added no component.` });
    }
    const running = new RunningLayout(this.constructor.name, { names, options });
    await running.launch(wiring);
    return running;
  }

  #open(subject: string): Wiring {
    const own = settingUp.getStore();
    // One that was given up adds nothing to a later one.
    const setup = own?.of === this ? own : this.#setup;
    if (setup?.over === false) return setup.wiring;
    throw new DagError('DAG_LAYOUT', {
      message: `${subject} belongs into setup() of ${this.constructor.name}.`,
      remedy: 'Change a layout that runs with what start() has given.',
    });
  }
}
