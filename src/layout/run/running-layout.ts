import { DagError, describeThrown, messageOf, NodeError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { Component, TakesFrom } from '../component/component.js';
import type { ComponentClass } from '../component/decorator.js';
import type { Prepared } from '../component/prepared.js';
import type { FiringWaits } from '../context/firing-waits.js';
import type { ContextEvent } from '../context/messages.js';
import { ComponentRef } from '../wiring/component-ref.js';
import type { Context, ContextOptions } from '../wiring/context.js';
import type { EdgeOptions } from '../wiring/edge.js';
import type { NameCounts } from '../wiring/wiring.js';
import { Wiring } from '../wiring/wiring.js';
import { aborted } from './aborted.js';
import { Assembly, failureOf } from './assembly.js';
import { Changes } from './changes.js';
import { ComponentError } from './component-error.js';
import { checkStopOptions, endLayout, Patience, type StopOptions } from './ending.js';
import { layoutGraph, type LayoutGraph } from './graphology.js';
import type { Member, Site } from './member.js';
import { statsOf, type LayoutStats } from './stats.js';
import { within } from './within.js';

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
  readonly #options: StartOptions;
  readonly #alive: NodeJS.Timeout;
  readonly #done: Promise<void>;
  #settle!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  #watched = false;
  #failed: { readonly error: unknown } | undefined;
  #ending: Promise<void> | undefined;
  #patience: Patience | undefined;
  /** When all components had ended, in ms since the time origin. */
  #overAt: number | undefined;
  readonly #changes: Changes;
  /** What is being added, which the end waits for. */
  #adding: Promise<unknown> | undefined;
  #listeners: (() => void)[] = [];

  /** @internal */
  constructor(name: string, { names, options }: { readonly names: NameCounts; readonly options: StartOptions }) {
    this.name = name;
    this.#names = names;
    this.#options = options;
    this.#assembly = new Assembly({
      resources: options.resources ?? {},
      onSite: (site) => void this.#listen(site),
    });
    this.#changes = new Changes(name, () => this.#waitsHere());
    // Components on the thread of the caller keep no process alive by themselves.
    this.#alive = setInterval(() => undefined, 2 ** 31 - 1);
    this.#done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#done.catch((error: unknown) => {
      if (!this.#watched) process.emitWarning(`The layout ${name} has failed: ${describeThrown(error)}`);
    });
  }

  /**
   * Settles when the layout has ended and everything is closed; rejects with a ComponentError when a component or a context
   * failed, and with DAG_ABORTED after an abort.
   */
  get done(): Promise<void> {
    this.#watched = true;
    return this.#done;
  }

  /** Builds and starts all of a wiring. @internal */
  async launch(wiring: Wiring): Promise<void> {
    const { signal } = this.#options;
    const giveUp = (): void => {
      this.#assembly.close();
    };
    try {
      throwIfAborted(signal);
      signal?.addEventListener('abort', giveUp, { once: true });
      await this.#assembly.add(wiring, true);
      await this.#assembly.begin();
    } catch (cause) {
      const error = signal !== undefined && isAborted(signal) ? aborted(signal, this.#assembly.givenUp) : cause;
      this.#watched = true;
      await this.#end({ drain: false }, { error }).catch(() => undefined);
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (signal !== undefined && isAborted(signal)) this.#abort();
    this.#endIfOver();
  }

  /**
   * Ends the layout in order: sources end, what was emitted along queues is worked on, also by components that were paused,
   * what is open is closed, threads end. Settles after that, as often as it is called; with `drain: false` it hurries an end
   * that goes on. Within a body it settles at once, as the end waits for the body.
   *
   * @throws what `done` rejects with, if nobody has asked for `done`; DAG_OPTION
   */
  async stop(options: StopOptions = {}): Promise<void> {
    checkStopOptions(options);
    const ended = this.#end(options, undefined);
    // The end waits for the body that asks for it.
    if (this.#waitsHere() !== undefined) return;
    const watched = this.#watched;
    this.#watched = true;
    await ended;
    try {
      await this.#done;
    } catch (error) {
      if (!watched) throw error;
    }
  }

  /** {@link stop} at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Figures of components and connections, read from shared memory: takes microseconds and asks nobody. */
  stats(): LayoutStats {
    return statsOf(this.#assembly, this.#overAt ?? performance.now());
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
      this.#checkGoesOn();
      const wiring = new Wiring(this.#names);
      const result = await this.#changes.edit(() => edit(wiring));
      this.#checkGoesOn(); // it may have ended meanwhile
      const added = this.#assembly.add(wiring, false).then(() => this.#assembly.begin());
      this.#adding = added.catch(() => undefined);
      await added;
      this.#adding = undefined;
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
    });
  }

  /** Ends a component after its present firing, closes what it has open, and takes it away with its connections. @throws DAG_LAYOUT */
  remove(ref: ComponentRef): Promise<void> {
    return this.#next(async () => {
      await this.#assembly.remove(this.#member(ref, 'remove()'));
      this.#endIfOver();
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
      if (!member.site.dead) await member.site.link.call('hold', [member.id], paused);
    }
  }

  #member(ref: ComponentRef, subject: string): Member {
    const member = this.#assembly.members.get(ref);
    if (member !== undefined) return member;
    const given: unknown = ref;
    const text = given instanceof ComponentRef ? given.name : describeOption(given);
    throw new DagError('DAG_LAYOUT', { message: `${subject}: ${text} is not part of this layout.` });
  }

  #next(change: () => Promise<void>): Promise<void> {
    return this.#changes.do(() => {
      this.#checkGoesOn();
      return change();
    });
  }

  /** Who waits for the end of a firing in the context of the body that asks; undefined outside of bodies. */
  #waitsHere(): FiringWaits | undefined {
    for (const { link } of this.#assembly.sites.values()) if (link.waits !== undefined) return link.waits;
    return undefined;
  }

  /** @throws DAG_LAYOUT_OVER */
  #checkGoesOn(): void {
    if (this.#ending === undefined) return;
    throw new DagError('DAG_LAYOUT_OVER', { message: `The layout ${this.name} has ended, or is about to.` });
  }

  readonly #abort = (): void => {
    const { signal } = this.#options;
    // What has drained already is over, and was not aborted.
    if (signal === undefined || this.#patience?.draining === false) return;
    void this.#end({ drain: false }, { error: aborted(signal) });
  };

  /** Takes the events of a context until it ends. */
  async #listen(site: Site): Promise<void> {
    site.link.over.catch((cause: unknown) => {
      this.#lose(site, cause);
    });
    try {
      for (;;) {
        const events = await site.link.call('events');
        for (const event of events) this.#take(event, site);
        if (events.length === 0) return;
      }
    } catch (cause) {
      this.#lose(site, cause);
    }
  }

  #take(event: ContextEvent, site: Site): void {
    const member = [...this.#assembly.members.values()].find(({ id }) => id === event.component);
    if (member === undefined) return;
    switch (event.type) {
      case 'ended':
        member.ended = true;
        this.#endUnread(member);
        this.#endIfOver();
        break;
      case 'failed':
        member.ended = true;
        void this.#end({}, { error: failureOf(member, { cause: event.error }) });
        break;
      case 'survived':
        this.#tell(failureOf(member, { cause: event.error }));
        break;
      case 'grow':
        member.channel?.grow(event.bytes);
        if (member.channel !== undefined) {
          void this.#assembly.announce(member, member.channel).catch((error: unknown) => {
            if (!site.dead) void this.#end({}, { error });
          });
        }
        break;
    }
  }

  #tell(error: ComponentError): void {
    const { onFailure } = this.#options;
    if (onFailure === undefined) {
      process.emitWarning(error.message, { type: error.name, code: error.code });
      return;
    }
    try {
      onFailure(error);
    } catch (thrown) {
      void this.#end({}, { error: thrown }); // the context is all right
    }
  }

  /** The thread of a context has ended: what it fed comes to an end, what fed it does not wait for it. */
  #lose(site: Site, cause: unknown): void {
    if (site.dead) return;
    site.dead = true;
    for (const member of this.#assembly.members.values()) {
      if (member.site !== site) continue;
      member.ended = true;
      member.channel?.endWriter();
    }
    for (const { to, channel, reader } of this.#assembly.links.values()) {
      if (to.site === site) channel.disconnect(reader);
    }
    const names = [...this.#assembly.members.values()].filter((member) => member.site === site).map(({ name }) => name);
    const error = new ComponentError({
      code: 'DAG_CONTEXT_DIED',
      component: undefined,
      context: site.name,
      cause,
      message: `its thread has ended, and ${names.join(', ')} with it: ${whyOf(cause)}`,
    });
    void this.#end({}, { error });
    this.#endIfOver(); // where its components were the last that the end waited for
  }

  /** Who emits into nothing any more ends, too: otherwise a source would go on for ever. */
  #endUnread(reader: Member): void {
    const links = [...this.#assembly.links.values()];
    for (const { from } of links.filter(({ to }) => to === reader)) {
      if (from.ended || links.some((link) => link.from === from && !link.to.ended)) continue;
      from.site.link.call('halt', [from.id]).catch(() => undefined); // whoever listens to the context hears of it
    }
  }

  #endIfOver(): void {
    const members = [...this.#assembly.members.values()];
    if (members.some(({ ended, begun }) => begun && !ended)) return;
    if (members.some(({ begun }) => begun)) this.#overAt ??= performance.now();
    for (const tell of this.#listeners.splice(0)) tell();
    if (this.#ending === undefined && members.length > 0 && members.some(({ begun }) => begun))
      void this.#end({}, undefined);
  }

  #allEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
      this.#endIfOver();
    });
  }

  #end(options: StopOptions, failed: { readonly error: unknown } | undefined): Promise<void> {
    this.#failed ??= failed;
    if (this.#ending === undefined) {
      this.#patience = new Patience(options);
      this.#ending = this.#endOnce(this.#patience);
    } else this.#patience?.hurry(options);
    return this.#ending;
  }

  async #endOnce(patience: Patience): Promise<void> {
    const allEnded = (): Promise<void> => this.#allEnded();
    let failures: readonly unknown[];
    this.#assembly.close();
    if (this.#adding !== undefined) await within(patience.timeout, this.#adding);
    try {
      failures = await endLayout({ assembly: this.#assembly, patience, allEnded });
    } catch (error) {
      failures = [error];
    }
    this.#options.signal?.removeEventListener('abort', this.#abort);
    clearInterval(this.#alive);
    const [error] = [...(this.#failed === undefined ? [] : [this.#failed.error]), ...failures];
    if (this.#failed === undefined && failures.length === 0) this.#settle.resolve();
    else this.#settle.reject(error);
  }
}

/** Why a thread has ended, without the call of the library that was waiting for it. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof NodeError)) return `${describeThrown(cause)}.`;
  return messageOf(cause).slice(`${cause.node}${cause.args}: `.length);
}

/** The state changes while something is awaited, which the compiler does not see. */
function isAborted({ aborted: is }: AbortSignal): boolean {
  return is;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}
