import type { Channel } from '../channel/channel.js';
import { Counters } from '../context/counters.js';
import type { Traits } from '../context/messages.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Edge } from '../wiring/edge.js';
import type { ContextLink } from './link.js';

/** A context that runs. */
export interface Site {
  readonly name: string;
  readonly link: ContextLink;
  /** Its thread has died. */
  dead: boolean;
}

/** A component that runs. */
export class Member {
  readonly counters = new Counters(Counters.allocate());
  traits: Traits | undefined;
  /** What it emits to; undefined for collectors. */
  channel: Channel | undefined;
  /** It may have something open. */
  started = false;
  /** It was built, wired and started. */
  ready = false;
  /** It was told to fire. */
  begun = false;
  /** It was told to once; it may have lost an input since. */
  fires = false;
  paused = false;
  ended = false;
  /** It is being removed. */
  leaving = false;
  /** Its `stop`, once that was asked for. */
  stopping: Promise<void> | undefined;

  constructor(
    readonly id: number,
    readonly ref: ComponentRef,
    readonly site: Site,
  ) {}

  get name(): string {
    return this.ref.name;
  }
}

/** A connection that runs. */
export interface Link {
  readonly id: number;
  readonly edge: Edge;
  readonly from: Member;
  readonly to: Member;
  readonly channel: Channel;
  /** The reader's number in the channel. */
  readonly reader: number;
  /** When it was made, in ms since the time origin of the process. */
  readonly since: number;
  /** Both ends know of it, and what it was added with has started. */
  ready: boolean;
}

/** What is known of the components that were built. */
export function traitsOf(members: ReadonlyMap<ComponentRef, Member>): ReadonlyMap<ComponentRef, Traits> {
  const traits = new Map<ComponentRef, Traits>();
  for (const [ref, member] of members) if (member.traits !== undefined) traits.set(ref, member.traits);
  return traits;
}
