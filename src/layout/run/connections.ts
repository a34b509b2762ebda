import { DagError } from '../../errors.js';
import type { Channel } from '../channel/channel.js';
import type { InputDescriptor, Permission } from '../context/messages.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Edge } from '../wiring/edge.js';
import { problemOf } from '../wiring/inputs.js';
import { traitsOf, type Link, type Member } from './member.js';

/** The connections of a layout that run: channels whose ends the contexts have. */
export class Connections {
  readonly links = new Map<Edge, Link>();
  readonly #members: ReadonlyMap<ComponentRef, Member>;
  #ids = 0;

  /** @param members the components of the layout. */
  constructor(members: ReadonlyMap<ComponentRef, Member>) {
    this.#members = members;
  }

  /** Connections of which both ends know. */
  get settled(): readonly Edge[] {
    return [...this.links.values()].filter(({ ready }) => ready).map(({ edge }) => edge);
  }

  /** Makes connections, and all that new components need to be connected; they are not {@link settled} yet. */
  async make(made: readonly Member[], edges: readonly Edge[]): Promise<void> {
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

  /** Both ends of a connection know of it, and what it was added with has started. */
  settle(edge: Edge): void {
    const link = this.links.get(edge);
    if (link !== undefined) link.ready = true;
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

  /** What a component may that has lost an input: in the same call, as it would fire with an argument missing before the next. */
  #permissionWithout(member: Member): Permission {
    if (member.ended || !member.begun) return {};
    if (problemOf(member.ref, { traits: traitsOf(this.#members), edges: this.settled }) === undefined) return {};
    member.begun = false;
    return { connected: false };
  }

  #linkOf(edge: Edge): Link {
    const [from, to] = [this.#members.get(edge.from), this.#members.get(edge.to)];
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
    const id = (this.#ids += 1);
    const link: Link = { id, edge, from, to, channel, reader, since: performance.now(), ready: false };
    this.links.set(edge, link);
    return link;
  }
}

function inputOf({ id, edge, channel, reader }: Link): InputDescriptor {
  const initial = 'initial' in edge.options ? { initial: { value: edge.options.initial } } : {};
  return { edge: id, role: edge.role, reader: channel.reader(reader), ...initial };
}
