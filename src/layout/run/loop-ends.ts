import { feedbackEdges, loopsOf } from '../wiring/loops.js';
import type { Assembly } from './assembly.js';
import type { Link, Member } from './member.js';

/** Milliseconds between two looks at loops that go on, at first and at last. */
const SHORTEST = 1;
const LONGEST = 256;

/** A loop that nothing comes into any more, from what is outside of it. */
interface ClosedLoop {
  readonly members: readonly Member[];
  /** The connections between these. */
  readonly links: readonly Link[];
  /** Where it is ended: where it begins. */
  readonly head: Member;
}

/**
 * Ends loops in which nothing goes round any more. Each component of a loop waits for the one before it, so that none of
 * them sees that it can never fire again: only who looks at all of them does.
 */
export class LoopEnds {
  readonly #assembly: Assembly;
  #watching = false;
  #closed = false;
  #pause = SHORTEST;

  constructor(assembly: Assembly) {
    this.#assembly = assembly;
  }

  /** Something has ended, or the connections have changed: loops may have lost all that comes into them. */
  look(): void {
    this.#pause = SHORTEST;
    if (this.#watching || this.#closed) return;
    if (closedLoops(this.#assembly).length > 0) void this.#watch();
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
  }

  /** Goes on as long as there are such loops: some may go round for ever. */
  async #watch(): Promise<void> {
    this.#watching = true;
    try {
      for (let loops = closedLoops(this.#assembly); loops.length > 0; loops = closedLoops(this.#assembly)) {
        for (const loop of loops) if (!this.#closed && (await isStill(loop))) await end(loop);
        if (this.#closed) return;
        await this.#rest();
      }
    } finally {
      this.#watching = false;
    }
  }

  #rest(): Promise<void> {
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST);
    // The layout keeps the process alive, as long as it runs.
    return new Promise((resolve) => setTimeout(resolve, pause).unref());
  }
}

function closedLoops({ members, links }: Assembly): readonly ClosedLoop[] {
  const going = [...links.values()].filter(({ from, to }) => !from.ended && !to.ended);
  return loopsOf(going.map(({ edge }) => edge)).flatMap((refs) => {
    const within = [...members.values()].filter(({ ref }) => refs.has(ref));
    const into = going.filter(({ to, edge }) => within.includes(to) && edge.role !== 'parameters');
    const own = into.filter(({ from }) => within.includes(from));
    const begins = feedbackEdges(own.map(({ edge }) => edge));
    const head = within.find((member) => member.begun && own.some(({ to, edge }) => to === member && begins.has(edge)));
    // What is only sampled makes nothing fire, but may be what a firing lacks.
    return head === undefined || own.length < into.length ? [] : [{ members: within, links: own, head }];
  });
}

/**
 * Whether nothing of it can ever fire again. Each was asked twice, and none has fired in between: so there was a time at
 * which all of them were still, and nothing was on its way.
 */
async function isStill({ members, links }: ClosedLoop): Promise<boolean> {
  const firings = (): number => members.reduce((sum, { counters }) => sum + counters.firings + counters.failures, 0);
  const before = firings();
  for (let round = 0; round < 2; round += 1) {
    for (const member of members) if (!(await isStalled(member, links))) return false;
  }
  return firings() === before;
}

async function isStalled({ site, id }: Member, links: readonly Link[]): Promise<boolean> {
  // A thread that has died has lost its components; that is told by itself.
  return !site.dead && (await site.link.call('stalled', id, into(id, links)).catch(() => false));
}

async function end({ head, links }: ClosedLoop): Promise<void> {
  if (!head.site.dead) await head.site.link.call('endLoop', head.id, into(head.id, links)).catch(() => undefined);
}

function into(id: number, links: readonly Link[]): readonly number[] {
  return links.filter(({ to }) => to.id === id).map((link) => link.id);
}
