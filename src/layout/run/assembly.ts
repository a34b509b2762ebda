import { DagError } from '../../errors.js';
import { Channel } from '../channel/channel.js';
import { typeOf } from '../component/decorator.js';
import { initialOf } from '../context/input.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Context } from '../wiring/context.js';
import type { Edge } from '../wiring/edge.js';
import { problemOf } from '../wiring/inputs.js';
import { checkLoops } from '../wiring/loops.js';
import type { InputDescriptor, Permission, Traits } from '../context/messages.js';
import { ComponentError } from './component-error.js';
import { within } from './within.js';
import { outsideChanges } from './within-change.js';
import { Intake } from './intake.js';
import { InlineLink, ThreadLink, type ContextLink } from './link.js';
import { Member, type Link, type Site } from './member.js';

/** What is added to a layout at once. */
export interface Additions {
  readonly components: readonly ComponentRef[];
  readonly edges: readonly Edge[];
}

/** What a layout that runs is made of, and how things are added to it and taken away. */
export class Assembly {
  readonly sites = new Map<Context, Site>();
  readonly members = new Map<ComponentRef, Member>();
  readonly links = new Map<Edge, Link>();
  readonly #resources: Readonly<Record<string, unknown>>;
  readonly #onSite: (site: Site) => void;
  #ids = 0;
  readonly #intake = new Intake();

  constructor(parts: {
    readonly resources: Readonly<Record<string, unknown>>;
    /** A context has begun. */
    readonly onSite: (site: Site) => void;
  }) {
    this.#resources = parts.resources;
    this.#onSite = parts.onSite;
  }

  /**
   * Builds, checks, starts and connects; the components then wait for `begin`. When something fails, all of it is taken
   * back: what is there already learns of it only when no component can fail any more.
   *
   * @param whole refuses components of which something is not connected yet.
   * @throws ComponentError, DAG_LAYOUT, DAG_OPTION
   */
  async add({ components, edges }: Additions, whole: boolean): Promise<readonly Member[]> {
    const made: Member[] = [];
    try {
      this.#intake.check();
      await this.#build(components, made);
      this.#intake.check();
      this.#check(edges, whole);
      for (const member of made) {
        this.#intake.check();
        await this.#start(member);
      }
      this.#intake.check();
      if (!whole) this.#check(edges, whole); // bodies may have changed it meanwhile
      await this.#connect(made, edges);
      for (const member of made) member.ready = true;
      for (const edge of edges) this.#ready(edge);
    } catch (error) {
      await this.#takeBack(made, edges);
      throw error;
    }
    return made;
  }

  #ready(edge: Edge): void {
    const link = this.links.get(edge);
    if (link !== undefined) link.ready = true;
  }

  async #takeBack(made: readonly Member[], edges: readonly Edge[]): Promise<void> {
    const own = new Set(made.map(({ site }) => site));
    for (const member of this.members.values()) if (!made.includes(member)) own.delete(member.site);
    await Promise.all(Array.from(own, (site) => endBlocked(site, this.#intake.closed ? GRACE : LONGEST_STOP)));
    // After a firing, perhaps, which may wait for this very change.
    await within(GRACE, Promise.allSettled(edges.map((edge) => this.disconnect(edge))));
    for (const member of made.toReversed()) {
      await within(LONGEST_STOP, this.remove(member)).catch(() => undefined);
      this.members.delete(member.ref); // also one that its context has never built
      await this.#leave(member.site);
    }
  }

  /** Takes nothing more: what is being added gives up, and is taken back. */
  close(): void {
    this.#intake.close();
  }

  /** What went on when it was closed, and was not waited for. */
  get givenUp(): string | undefined {
    return this.#intake.givenUp;
  }

  /** Ends a context in which nothing is left: its thread would stay as long as the layout. */
  async #leave(site: Site): Promise<void> {
    for (const member of this.members.values()) if (member.site === site) return;
    const context = [...this.sites].find(([, each]) => each === site)?.[0];
    if (context === undefined || site.dead) return;
    this.sites.delete(context);
    const { link } = site;
    await within(
      LONGEST_STOP,
      Promise.all([link.call('close').catch(() => undefined), link.over.catch(() => undefined)]),
    );
    site.dead = true;
    await link.terminate();
  }

  /** Lets components fire, those of which everything is connected; none that is still being added. */
  async begin(): Promise<void> {
    const edges = this.#settledEdges();
    const traits = this.#traits();
    const bySite = new Map<Site, number[]>();
    for (const member of this.members.values()) {
      if (!member.ready || member.begun || member.leaving) continue;
      if (problemOf(member.ref, { traits, edges }) !== undefined) continue;
      member.begun = true;
      member.fires = true;
      bySite.set(member.site, [...(bySite.get(member.site) ?? []), member.id]);
    }
    await Promise.all(Array.from(bySite, ([{ link }, ids]) => link.call('permit', ids, { connected: true })));
  }

  /** The connections of which both ends know. */
  #settledEdges(): readonly Edge[] {
    return [...this.links.values()].filter(({ ready }) => ready).map(({ edge }) => edge);
  }

  /** Takes a connection away; its target waits if it cannot do without. */
  async disconnect(edge: Edge): Promise<void> {
    const link = this.links.get(edge);
    if (link === undefined) return;
    this.links.delete(edge);
    const { to, channel, reader, id } = link;
    if (!to.site.dead) await to.site.link.call('disconnect', to.id, [id], this.#permissionWithout(to));
    channel.disconnect(reader);
  }

  /** What a component may that has lost an input: in the same call, as it would fire with an argument missing before the next. */
  #permissionWithout(member: Member): Permission {
    if (member.ended || !member.begun) return {};
    const edges = this.#settledEdges();
    if (problemOf(member.ref, { traits: this.#traits(), edges }) === undefined) return {};
    member.begun = false;
    return { connected: false };
  }

  /** Ends a component after its present firing and takes it away with its connections. @throws what its `stop` throws */
  async remove(member: Member): Promise<void> {
    const { site, id, ref, traits } = member;
    member.leaving = true;
    // Without traits it was never built.
    const runs = traits !== undefined && !site.dead;
    if (runs) await site.link.call('permit', [id], { connected: false, leaving: true });
    for (const edge of [...this.links.keys()]) if (edge.from === ref || edge.to === ref) await this.disconnect(edge);
    if (runs) await site.link.call('halt', [id]);
    try {
      await this.stop(member); // among the members, as the end waits for those
    } finally {
      this.members.delete(ref);
      await this.#leave(site);
    }
  }

  /** Closes what a component has open, once. @throws ComponentError */
  stop(member: Member): Promise<void> {
    return (member.stopping ??= this.#stop(member));
  }

  async #stop(member: Member): Promise<void> {
    const { site, id } = member;
    if (site.dead) return;
    try {
      await site.link.call('stop', id);
    } catch (cause) {
      throw failureOf(member, { doing: 'stop()', cause });
    }
  }

  /** The rings of a channel have changed: tells its ends. */
  async announce(writer: Member, channel: Channel): Promise<void> {
    const rings = channel.commit();
    if (rings.length === 0) return;
    const tell = async (member: Member, edge: number | undefined): Promise<void> => {
      if (!member.site.dead) await member.site.link.call('attach', [{ component: member.id, edge, rings }]);
    };
    const readers = [...this.links.values()].filter((link) => link.channel === channel);
    await Promise.all([tell(writer, undefined), ...readers.map(({ to, id }) => tell(to, id))]);
  }

  #traits(): ReadonlyMap<ComponentRef, Traits> {
    const traits = new Map<ComponentRef, Traits>();
    for (const [ref, member] of this.members) if (member.traits !== undefined) traits.set(ref, member.traits);
    return traits;
  }

  #siteOf(context: Context): Site {
    const known = this.sites.get(context);
    if (known !== undefined) return known;
    const { name, options } = context;
    const { inline, name: _name, ...thread } = options;
    const link: ContextLink = inline === true ? new InlineLink(name) : new ThreadLink(name, thread);
    const site: Site = { name, link, dead: false };
    this.sites.set(context, site);
    outsideChanges(() => {
      this.#onSite(site);
    });
    return site;
  }

  /** In the order in which they were added; different contexts side by side. */
  async #build(components: readonly ComponentRef[], made: Member[]): Promise<void> {
    const turns = new Map<Site, Promise<void>>();
    for (const ref of components) {
      const member = new Member((this.#ids += 1), ref, this.#siteOf(ref.context));
      this.members.set(ref, member);
      made.push(member);
      const before = turns.get(member.site) ?? Promise.resolve();
      turns.set(
        member.site,
        before.then(() => this.#buildOne(member)),
      );
    }
    const ends = await Promise.allSettled(turns.values());
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #buildOne(member: Member): Promise<void> {
    const { id, ref, site, counters } = member;
    const { onError = 'stop', merge = false } = ref.options;
    const Class = ref.type;
    const factory = typeOf(Class).factory ?? ((...args: never[]): unknown => new Class(...args));
    const built = site.link.call('build', {
      component: id,
      name: ref.name,
      factory,
      args: ref.args,
      onError,
      merge,
      counters: counters.memory,
    });
    try {
      member.traits = await this.#intake.unlessClosed(built, `the constructor of ${describe(member)}`);
    } catch (cause) {
      if (isOver(cause)) throw cause;
      throw failureOf(member, { doing: 'its constructor', cause: plainly(cause) });
    }
    const { output } = member.traits;
    if (output !== undefined) member.channel = new Channel({ record: output, bell: site.link.bell });
  }

  #check(news: readonly Edge[], whole: boolean): void {
    const edges = [...this.links.keys(), ...news];
    const traits = this.#traits();
    for (const { from, to } of news) {
      for (const ref of [from, to]) {
        if (this.members.get(ref)?.leaving === false) continue;
        throw new DagError('DAG_LAYOUT', { message: `${ref.name} is not part of this layout.` });
      }
    }
    checkNames('components', [...traits.keys()]);
    checkNames('contexts', [...this.sites.keys()]);
    for (const ref of traits.keys()) {
      const problem = problemOf(ref, { traits, edges });
      if (problem !== undefined && (whole || !problem.incomplete)) throw problem.error;
    }
    checkLoops(edges);
    for (const edge of news) {
      const output = traits.get(edge.from)?.output;
      if (output !== undefined && 'initial' in edge.options) initialOf(output, edge.options.initial);
    }
  }

  async #connect(made: readonly Member[], edges: readonly Edge[]): Promise<void> {
    const links = edges.map((edge) => this.#linkOf(edge));
    const fresh = new Set(made);
    // A channel that nobody writes to yet needs nobody to be told: all that its ends get is in their descriptors.
    for (const { channel } of made) channel?.commit();
    for (const member of made) {
      if (member.channel !== undefined) await member.site.link.call('wire', member.id, member.channel.writer());
    }
    // All inputs of a component at once, and last those of components that fire already.
    const targets = [...new Set(links.map(({ to }) => to))].sort((a, b) => Number(fresh.has(b)) - Number(fresh.has(a)));
    for (const target of targets) {
      const into = links.filter(({ to }) => to === target).map(inputOf);
      await target.site.link.call('connect', target.id, into);
    }
    const changed = new Set(links.filter(({ from }) => !fresh.has(from)).map(({ from }) => from));
    for (const member of changed) if (member.channel !== undefined) await this.announce(member, member.channel);
  }

  #linkOf(edge: Edge): Link {
    const [from, to] = [this.members.get(edge.from), this.members.get(edge.to)];
    if (from?.channel === undefined || to === undefined) {
      throw new DagError('DAG_INTERNAL', { message: `${edge.from.name} and ${edge.to.name} cannot be connected.` });
    }
    const { policy = 'latest', capacity, maxBytes } = edge.options;
    const { channel } = from;
    const reader = channel.connect({
      policy,
      bell: to.site.link.bell,
      ...(capacity === undefined ? {} : { capacity }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    const link: Link = {
      id: (this.#ids += 1),
      edge,
      from,
      to,
      channel,
      reader,
      since: performance.now(),
      ready: false,
    };
    this.links.set(edge, link);
    return link;
  }

  async #start(member: Member): Promise<void> {
    const { site, id } = member;
    member.started = true;
    const started = site.link.call('start', id, this.#resources);
    try {
      await this.#intake.unlessClosed(started, `start() of ${describe(member)}`);
    } catch (cause) {
      if (!isOver(cause)) throw failureOf(member, { doing: 'start()', cause });
      // Its signal tells it to give up.
      const halted = site.link.call('halt', [id]).catch(() => undefined);
      const ends = Promise.allSettled([started, halted]);
      await within(GRACE, ends);
      throw cause;
    }
  }
}

/** Milliseconds that a `start` has to give up, and a thread to answer, before it is not waited for any longer. */
const GRACE = 200;

/** Milliseconds that a `stop` may take where what was being added is taken back. */
const LONGEST_STOP = 5000;

/** Ends the thread of a context that answers to nothing: a constructor or `start` blocks it. */
async function endBlocked(site: Site, patience: number): Promise<void> {
  if (
    site.dead ||
    (await within(
      patience,
      site.link.call('attach', []).catch(() => undefined),
    ))
  )
    return;
  site.dead = true;
  await site.link.terminate();
}

function inputOf({ id, edge, channel, reader }: Link): InputDescriptor {
  const initial = 'initial' in edge.options ? { initial: { value: edge.options.initial } } : {};
  return { edge: id, role: edge.role, reader: channel.reader(reader), ...initial };
}

function isOver(cause: unknown): boolean {
  return cause instanceof DagError && cause.code === 'DAG_LAYOUT_OVER';
}

function describe({ name, site }: Member): string {
  return `${name} in ${site.name}`;
}

/** @throws DAG_LAYOUT for a name that is there twice: errors and figures could not tell which is meant. */
function checkNames(what: string, named: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of named) {
    if (names.has(name)) throw new DagError('DAG_LAYOUT', { message: `Two ${what} have the name \`${name}\`.` });
    names.add(name);
  }
}

/** An error of an argument that cannot travel, without the call of the library that was to carry it. */
function plainly(cause: unknown): unknown {
  if (!(cause instanceof DagError) || cause.code !== 'DAG_CANNOT_TRAVEL') return cause;
  const [, index, rest] = /argument 1\.args\[0\]\.args\[(\d+)\](.*)$/s.exec(cause.message) ?? [];
  if (index === undefined || rest === undefined) return cause;
  return new DagError('DAG_CANNOT_TRAVEL', {
    message: `argument ${index}${rest}`,
    remedy: 'A context({ inline: true }) takes anything.',
    cause,
  });
}

/** What a member failed at. An error that names it already stays what it is. */
export function failureOf(
  { name, site }: Member,
  { doing, cause }: { doing?: string; cause: unknown },
): ComponentError {
  if (cause instanceof ComponentError) return cause;
  const code = 'DAG_COMPONENT_FAILED';
  return new ComponentError({
    code,
    component: name,
    context: site.name,
    cause,
    ...(doing === undefined ? {} : { doing }),
  });
}
