import type { Channel } from '../channel/channel.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Context } from '../wiring/context.js';
import type { Edge } from '../wiring/edge.js';
import { problemOf } from '../wiring/inputs.js';
import { buildAll, startOne } from './building.js';
import { checkWiring } from './checking.js';
import { Connections } from './connections.js';
import { failureOf } from './failure-of.js';
import { Intake } from './intake.js';
import { Member, traitsOf, type Link, type Site } from './member.js';
import { endBlocked, Sites } from './sites.js';
import { within } from './within.js';

/** What is added to a layout at once. */
export interface Additions {
  readonly components: readonly ComponentRef[];
  readonly edges: readonly Edge[];
}

/** Milliseconds that a `start` has to give up, and a thread to answer, before it is not waited for any longer. */
const GRACE = 200;

/** Milliseconds that a `stop` may take where what was being added is taken back. */
const LONGEST_STOP = 5000;

/** What a layout that runs is made of, and how things are added to it and taken away. */
export class Assembly {
  readonly members = new Map<ComponentRef, Member>();
  readonly #resources: Readonly<Record<string, unknown>>;
  readonly #sites: Sites;
  readonly #connections = new Connections(this.members);
  readonly #intake = new Intake();
  #ids = 0;

  constructor(parts: {
    readonly resources: Readonly<Record<string, unknown>>;
    /** A context has begun. */
    readonly onSite: (site: Site) => void;
  }) {
    this.#resources = parts.resources;
    this.#sites = new Sites({ members: this.members, onSite: parts.onSite });
  }

  get sites(): ReadonlyMap<Context, Site> {
    return this.#sites.all;
  }

  get links(): ReadonlyMap<Edge, Link> {
    return this.#connections.links;
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
    const intake = this.#intake;
    try {
      intake.check();
      for (const ref of components) made.push(this.#enter(ref));
      await buildAll(made, intake);
      intake.check();
      this.#check(edges, whole);
      for (const member of made) {
        intake.check();
        await startOne(member, { intake, resources: this.#resources, grace: GRACE });
      }
      intake.check();
      if (!whole) this.#check(edges, whole); // bodies may have changed it meanwhile
      await this.#connections.make(made, edges);
      for (const member of made) member.ready = true;
      for (const edge of edges) this.#connections.settle(edge);
    } catch (error) {
      await this.#takeBack(made, edges);
      throw error;
    }
    return made;
  }

  #enter(ref: ComponentRef): Member {
    const member = new Member((this.#ids += 1), ref, this.#sites.of(ref.context));
    this.members.set(ref, member);
    return member;
  }

  #check(news: readonly Edge[], whole: boolean): void {
    const { members } = this;
    checkWiring({ members, contexts: [...this.sites.keys()], edges: [...this.links.keys()], news, whole });
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
      await this.#sites.leave(member.site, LONGEST_STOP);
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

  /** Lets components fire, those of which everything is connected; none that is still being added. */
  async begin(): Promise<void> {
    const edges = this.#connections.settled;
    const traits = traitsOf(this.members);
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

  /** Takes a connection away; its target waits if it cannot do without. */
  disconnect(edge: Edge): Promise<void> {
    return this.#connections.disconnect(edge);
  }

  /** The rings of a channel have changed: tells its ends. */
  announce(writer: Member, channel: Channel): Promise<void> {
    return this.#connections.announce(writer, channel);
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
      await this.#sites.leave(site, LONGEST_STOP);
    }
  }

  /** Closes what a component has open, once. @throws ComponentError */
  stop(member: Member): Promise<void> {
    return (member.stopping ??= closeOne(member));
  }
}

async function closeOne(member: Member): Promise<void> {
  const { site, id } = member;
  if (site.dead) return;
  try {
    await site.link.call('stop', id);
  } catch (cause) {
    throw failureOf(member, { doing: 'stop()', cause });
  }
}
