import type { Context } from '../wiring/context.js';
import { InlineLink, ThreadLink, type ContextLink } from './link.js';
import type { Member, Site } from './member.js';
import { within } from './within.js';
import { outsideChanges } from './within-change.js';

/** The contexts of a layout that run: each begins with its first component, and may end with its last. */
export class Sites {
  readonly all = new Map<Context, Site>();
  readonly #members: ReadonlyMap<unknown, Member>;
  readonly #onSite: (site: Site) => void;

  constructor(parts: {
    /** The components of the layout. */
    readonly members: ReadonlyMap<unknown, Member>;
    /** A context has begun. */
    readonly onSite: (site: Site) => void;
  }) {
    this.#members = parts.members;
    this.#onSite = parts.onSite;
  }

  /** The context that runs; begins it if it does not. */
  of(context: Context): Site {
    const known = this.all.get(context);
    if (known !== undefined) return known;
    const { name, options } = context;
    const { inline, name: _name, ...thread } = options;
    const link: ContextLink = inline === true ? new InlineLink(name) : new ThreadLink(name, thread);
    const site: Site = { name, link, dead: false };
    this.all.set(context, site);
    outsideChanges(() => {
      this.#onSite(site);
    });
    return site;
  }

  /** Ends a context in which nothing is left: its thread would stay as long as the layout. @param patience in ms */
  async leave(site: Site, patience: number): Promise<void> {
    for (const member of this.#members.values()) if (member.site === site) return;
    const context = [...this.all].find(([, each]) => each === site)?.[0];
    if (context === undefined || site.dead) return;
    this.all.delete(context);
    const { link } = site;
    const closed = link.call('close').catch(() => undefined);
    await within(patience, Promise.all([closed, link.over.catch(() => undefined)]));
    site.dead = true;
    await link.terminate();
  }
}

/** Ends the thread of a context that answers to nothing: a constructor or `start` blocks it. @param patience in ms */
export async function endBlocked(site: Site, patience: number): Promise<void> {
  if (site.dead) return;
  const answer = site.link.call('attach', []).catch(() => undefined);
  if (await within(patience, answer)) return;
  site.dead = true;
  await site.link.terminate();
}
