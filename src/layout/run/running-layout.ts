import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { Component, TakesFrom } from '../component/component.js';
import type { ComponentClass } from '../component/decorator.js';
import type { Prepared } from '../component/prepared.js';
import type { FiringWaits } from '../context/firing-waits.js';
import { ComponentRef } from '../wiring/component-ref.js';
import type { Context, ContextOptions } from '../wiring/context.js';
import type { EdgeOptions } from '../wiring/edge.js';
import type { NameCounts } from '../wiring/wiring.js';
import { Wiring } from '../wiring/wiring.js';
import { aborted, throwIfAborted } from './aborted.js';
import { Assembly } from './assembly.js';
import { Changes } from './changes.js';
import type { ComponentError } from './component-error.js';
import { ContextEvents } from './context-events.js';
import { stopOptions, type StopOptions } from './patience.js';
import { layoutGraph, type LayoutGraph } from './graphology.js';
import { LayoutEnd } from './layout-end.js';
import type { Member } from './member.js';
import { statsOf, type LayoutStats } from './stats.js';

/** Options of {@link Layout.start}. */
export interface StartOptions {
  /** Ends the layout without draining it; `done` rejects with DAG_ABORTED. */
  readonly signal?: AbortSignal;
  /** What `start(resources)` of each component is given: what can travel to threads. */
  readonly resources?: Readonly<Record<string, unknown>>;
  /** Told of failures that a component with `onError: 'skip'` or `'restart'` has survived. Default: a warning of the process. */
  readonly onFailure?: (error: ComponentError) => void;
}

/** A layout that runs. It ends when all its sources have and the rest has drained, when it is stopped, or when something fails. */
export class RunningLayout implements AsyncDisposable {
  readonly name: string;
  readonly #assembly: Assembly;
  readonly #names: NameCounts;
  readonly #signal: AbortSignal | undefined;
  readonly #changes: Changes;
  readonly #end: LayoutEnd;

  /** @internal */
  constructor(name: string, { names, options }: { readonly names: NameCounts; readonly options: StartOptions }) {
    const { signal, onFailure, resources = {} } = options;
    this.name = name;
    this.#names = names;
    this.#signal = signal;
    const assembly: Assembly = new Assembly({ resources, onSite: (site) => void events.listen(site) });
    this.#assembly = assembly;
    this.#end = new LayoutEnd({ name, assembly, signal });
    const events = new ContextEvents({ assembly, end: this.#end, onFailure });
    this.#changes = new Changes(name, () => this.#waitsHere());
  }

  /**
   * Settles when the layout has ended and everything is closed; rejects with a ComponentError when a component or a context
   * failed, and with DAG_ABORTED after an abort.
   */
  get done(): Promise<void> {
    return this.#end.done;
  }

  /** Builds and starts all of a wiring. @internal */
  async launch(wiring: Wiring): Promise<void> {
    const signal = this.#signal;
    const giveUp = (): void => {
      this.#assembly.close();
    };
    try {
      throwIfAborted(signal);
      signal?.addEventListener('abort', giveUp, { once: true });
      await this.#end.adding(this.#assembly.add(wiring, true).then(() => this.#assembly.begin()));
      throwIfAborted(signal);
    } catch (cause) {
      const error = signal !== undefined && isAborted(signal) ? aborted(signal, this.#assembly.givenUp) : cause;
      throw await this.#end.failToStart(error);
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    this.#end.listen();
    this.#end.beginIfOver();
  }

  /**
   * Ends the layout in order: sources end, what was emitted along queues is worked on, also by components that were paused,
   * what is open is closed, threads end. Settles after that, as often as it is called; with `drain: false` it hurries an end
   * that goes on. Within a body it settles at once, as the end waits for the body.
   *
   * @throws what `done` rejects with, if nobody has asked for `done`; DAG_OPTION
   */
  async stop(options: StopOptions = {}): Promise<void> {
    const asked = stopOptions(options);
    // The end waits for the body that asks for it.
    if (this.#waitsHere() !== undefined) void this.#end.begin(asked);
    else await this.#end.stop(asked);
  }

  /** {@link stop} at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Figures of components and connections, read from shared memory: takes microseconds and asks nobody. */
  stats(): LayoutStats {
    return statsOf(this.#assembly, this.#end.overAt ?? performance.now());
  }

  /** The layout as a graphology graph, for the views. */
  toGraphology(): LayoutGraph {
    const components = [...this.#assembly.members.keys()];
    return layoutGraph({ name: this.name, components, edges: [...this.#assembly.links.keys()] });
  }

  /** The component with a name. @throws DAG_LAYOUT */
  component(name: string): ComponentRef {
    const refs = [...this.#assembly.members.keys()];
    const found = refs.find((ref) => ref.name === name);
    if (found !== undefined) return found;
    throw new DagError('DAG_LAYOUT', {
      message: `component(): there is no \`${name}\`. There are ${refs.map((ref) => ref.name).join(', ')}.`,
    });
  }

  /** A new context, for components that are added. @throws DAG_OPTION */
  context(options: ContextOptions = {}): Context {
    return new Wiring(this.#names).context(options);
  }

  /**
   * Adds components and connections all at once: nothing of it fires before all of it is wired. When it fails, nothing was
   * changed.
   *
   * @throws ComponentError, DAG_LAYOUT, DAG_LAYOUT_OVER, DAG_OPTION
   */
  change<Result>(edit: (wiring: Wiring) => Result | PromiseLike<Result>): Promise<Result> {
    return this.#changes.next(async () => {
      this.#end.checkGoesOn();
      if (typeof (edit as unknown) !== 'function') {
        throw new DagError('DAG_OPTION', {
          message: `change() expects a function that is given what it adds to, got ${describeOption(edit)}.`,
        });
      }
      const wiring = new Wiring(this.#names);
      const result = await edit(wiring);
      this.#end.checkGoesOn(); // it may have ended meanwhile
      await this.#end.adding(this.#assembly.add(wiring, false).then(() => this.#assembly.begin()));
      this.#end.rewired();
      return result;
    });
  }

  /** Adds a component; one that takes values waits until all its parents are connected. @throws as {@link change} */
  add<Of extends Component, Args extends readonly unknown[]>(
    context: Context,
    type: new (...args: Args) => Of,
    ...args: Args
  ): Promise<ComponentRef<Of>>;
  /** Adds what `unit()` has prepared. */
  add<Of extends Component>(context: Context, prepared: Prepared<Of>): Promise<ComponentRef<Of>>;
  add<Of extends Component>(
    context: Context,
    type: ComponentClass<Of> | Prepared<Of>,
    ...args: readonly unknown[]
  ): Promise<ComponentRef<Of>> {
    return this.change((wiring) => wiring.add(context, type, ...args));
  }

  /** Connects two components, behind the parents that the second one has. @throws as {@link change} */
  connect<From extends Component, To extends Component>(
    from: ComponentRef<From>,
    to: ComponentRef<To> & TakesFrom<From, To>,
    options?: EdgeOptions,
  ): Promise<void> {
    return this.change((wiring) => {
      wiring.connect(from, to, options);
    });
  }

  /** Lets one component set the parameters of another. @throws as {@link change} */
  parametrize(from: ComponentRef, to: ComponentRef): Promise<void> {
    return this.change((wiring) => {
      wiring.parametrize(from, to);
    });
  }

  /** Takes all connections from one component to another away; the second one waits if it cannot do without. @throws DAG_LAYOUT */
  disconnect(from: ComponentRef, to: ComponentRef): Promise<void> {
    return this.#next(async () => {
      const edges = [...this.#assembly.links.keys()].filter((edge) => edge.from === from && edge.to === to);
      if (edges.length === 0) {
        throw new DagError('DAG_LAYOUT', { message: `disconnect(): ${from.name} and ${to.name} are not connected.` });
      }
      for (const edge of edges) await this.#assembly.disconnect(edge);
      this.#end.rewired();
    });
  }

  /** Ends a component after its present firing, closes what it has open, and takes it away with its connections. @throws DAG_LAYOUT */
  remove(ref: ComponentRef): Promise<void> {
    return this.#next(async () => {
      await this.#assembly.remove(this.#member(ref, 'remove()'));
      this.#end.beginIfOver();
    });
  }

  /** Lets components rest after their present firing; what comes to them waits as their connections say. @throws DAG_LAYOUT */
  pause(...refs: readonly ComponentRef[]): Promise<void> {
    return this.#next(() => this.#hold(refs, true));
  }

  /** Lets components go on. @throws DAG_LAYOUT */
  resume(...refs: readonly ComponentRef[]): Promise<void> {
    return this.#next(() => this.#hold(refs, false));
  }

  /** Sets parameters of a component, before its next firing. @throws DAG_PARAMETER, DAG_LAYOUT; then none was set */
  set(ref: ComponentRef, values: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#next(async () => {
      const { site, id } = this.#member(ref, 'set()');
      await site.link.call('set', id, values);
    });
  }

  async #hold(refs: readonly ComponentRef[], paused: boolean): Promise<void> {
    const members = refs.map((ref) => this.#member(ref, paused ? 'pause()' : 'resume()'));
    for (const member of members) {
      member.paused = paused;
      if (!member.site.dead) await member.site.link.call('permit', [member.id], { paused });
    }
  }

  #member(ref: ComponentRef, subject: string): Member {
    const member = this.#assembly.members.get(ref);
    if (member?.leaving === false) return member;
    const given: unknown = ref;
    const text = given instanceof ComponentRef ? given.name : describeOption(given);
    throw new DagError('DAG_LAYOUT', { message: `${subject}: ${text} is not part of this layout.` });
  }

  #next(change: () => Promise<void>): Promise<void> {
    return this.#changes.do(() => {
      this.#end.checkGoesOn();
      return change();
    });
  }

  /** Who waits for the end of a firing in the context of the body that asks; undefined outside of bodies. */
  #waitsHere(): FiringWaits | undefined {
    for (const { link } of this.#assembly.sites.values()) if (link.waits !== undefined) return link.waits;
    return undefined;
  }
}

/** The state changes while something is awaited, which the compiler does not see. */
function isAborted({ aborted: is }: AbortSignal): boolean {
  return is;
}
