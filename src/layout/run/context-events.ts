import { describeThrown, messageOf, NodeError } from '../../errors.js';
import type { ContextEvent } from '../context/messages.js';
import type { Assembly } from './assembly.js';
import { ComponentError } from './component-error.js';
import { failureOf } from './failure-of.js';
import type { LayoutEnd } from './layout-end.js';
import type { Member, Site } from './member.js';

/** Takes what contexts tell without being asked, and the end of their threads. */
export class ContextEvents {
  readonly #assembly: Assembly;
  readonly #end: LayoutEnd;
  readonly #onFailure: ((error: ComponentError) => void) | undefined;

  constructor(parts: {
    readonly assembly: Assembly;
    readonly end: LayoutEnd;
    /** Told of failures that a component has survived. Default: a warning of the process. */
    readonly onFailure: ((error: ComponentError) => void) | undefined;
  }) {
    ({ assembly: this.#assembly, end: this.#end, onFailure: this.#onFailure } = parts);
  }

  /** Takes the events of a context until it ends. */
  async listen(site: Site): Promise<void> {
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
        this.#end.beginIfOver();
        break;
      case 'failed':
        member.ended = true;
        void this.#end.begin({}, { error: failureOf(member, { cause: event.error }) });
        break;
      case 'survived':
        this.#tell(failureOf(member, { cause: event.error }));
        break;
      case 'grow':
        member.channel?.grow(event.bytes);
        if (member.channel !== undefined) {
          void this.#assembly.announce(member, member.channel).catch((error: unknown) => {
            if (!site.dead) void this.#end.begin({}, { error });
          });
        }
        break;
    }
  }

  #tell(error: ComponentError): void {
    const onFailure = this.#onFailure;
    if (onFailure === undefined) {
      process.emitWarning(error.message, { type: error.name, code: error.code });
      return;
    }
    try {
      onFailure(error);
    } catch (thrown) {
      void this.#end.begin({}, { error: thrown }); // the context is all right
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
    void this.#end.begin({}, { error });
    this.#end.beginIfOver(); // where its components were the last that the end waited for
  }

  /** Who emits into nothing any more ends, too: otherwise a source would go on for ever. */
  #endUnread(reader: Member): void {
    const links = [...this.#assembly.links.values()];
    for (const { from } of links.filter(({ to }) => to === reader)) {
      if (from.ended || links.some((link) => link.from === from && !link.to.ended)) continue;
      from.site.link.call('halt', [from.id]).catch(() => undefined); // whoever listens to the context hears of it
    }
  }
}

/** Why a thread has ended, without the call of the library that was waiting for it. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof NodeError)) return `${describeThrown(cause)}.`;
  return messageOf(cause).slice(`${cause.node}${cause.args}: `.length);
}
