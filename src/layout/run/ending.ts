import { selfFedEdges } from '../wiring/loops.js';
import type { Assembly } from './assembly.js';
import { ComponentError } from './component-error.js';
import type { Member, Site } from './member.js';
import type { Patience } from './patience.js';
import { within } from './within.js';

/** What of an assembly ends, and how long it may take. */
interface Ending {
  readonly assembly: Assembly;
  readonly patience: Patience;
  /** Settles when every component has ended. */
  readonly allEnded: () => Promise<void>;
}

/**
 * Ends a layout in order: sources, then what they fed, then what is open, the last first, then the threads.
 *
 * @returns what failed on the way.
 */
export async function endLayout({ assembly, patience, allEnded }: Ending): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const sites = (): Site[] => [...assembly.sites.values()].filter(({ dead }) => !dead);
  const members = [...assembly.members.values()].reverse();
  if (patience.draining) {
    // Who was paused takes what waits for it.
    for (const member of members) member.paused = false;
    const finished = Promise.all(
      [...sites().map(({ link }) => link.call('finish')), ...cutLoops(assembly)].map(quietly),
    );
    const drained = await patience.drained(finished.then(allEnded));
    if (!drained) failures.push(...undrained(assembly, patience));
  }
  // A thread that does not even take the call has a firing that blocks it.
  const halting = sites().map(async (site) => {
    const halted = site.link.call('halt', undefined).catch(() => undefined);
    if (!(await patience.fired(halted))) failures.push(await whyNot(site, { timeout: patience.timeout, members }));
  });
  await Promise.all(halting);
  for (const member of members) {
    if (!member.started || member.site.dead) continue;
    try {
      if (await patience.stopped(assembly.stop(member))) continue;
      failures.push(late(member.site, { timeout: patience.timeout, member, doing: 'stop()' }));
    } catch (error) {
      failures.push(error);
    }
  }
  await Promise.all(
    sites().map(async ({ link }) => {
      const closed = link.call('close').catch(() => undefined);
      await patience.stopped(Promise.all([closed, link.over.catch(() => undefined)]));
    }),
  );
  const ended = [...assembly.sites.values()];
  for (const site of ended) site.dead = true;
  await Promise.all(ended.map(({ link }) => link.terminate()));
  return failures;
}

/** Lets loops that nothing from outside ends begin no other round. */
function cutLoops({ links, members }: Assembly): readonly Promise<unknown>[] {
  const going = [...links.values()].filter(({ to }) => !to.ended && !to.site.dead);
  const cut = selfFedEdges(
    going.map(({ edge }) => edge),
    (ref) => {
      const member = members.get(ref);
      return member?.begun !== true || member.ended; // who cannot fire for want of a parent ends at once
    },
  );
  return going.filter(({ edge }) => cut.has(edge)).map(({ id, to }) => to.site.link.call('cut', to.id, [id]));
}

/** A thread that has died is told of elsewhere. */
function quietly(call: Promise<unknown>): Promise<unknown> {
  return call.catch(() => undefined);
}

/** Values that are left where draining took all the time: in queues, and before these for want of room. */
function undrained({ links, members }: Assembly, { timeout }: Patience): readonly ComponentError[] {
  const queued = [...links.values()].flatMap(({ from, to, channel, reader }) => {
    const { policy, depth } = channel.stats(reader) ?? { policy: 'latest', depth: 0 };
    if (policy !== 'queue' || depth === 0 || to.ended || to.site.dead) return [];
    return [{ member: to, text: `${depth.toString()} from ${from.name} to ${to.name}` }];
  });
  const waiting = [...members.values()].flatMap((member) => {
    const { waiting: count } = member.counters;
    if (count === 0 || member.ended || member.site.dead) return [];
    return [{ member, text: `${count.toString()} for which ${member.name} has found no room` }];
  });
  const left = [...queued, ...waiting];
  const [first] = left;
  if (first === undefined) return [];
  const values = left.map(({ text }) => text).join(', ');
  return [
    new ComponentError({
      code: 'DAG_LAYOUT_TIMEOUT',
      component: first.member.name,
      context: first.member.site.name,
      message: `draining did not come to its end within ${timeout.toString()} ms, and values of queues were left: ${values}.`,
      remedy: 'Give stop({ timeout }) more time, or say stop({ drain: false }).',
    }),
  ];
}

/** Firings that wait are left alone; a thread that does not answer is ended. */
async function whyNot(
  site: Site,
  { timeout, members }: { readonly timeout: number; readonly members: readonly Member[] },
): Promise<ComponentError> {
  const answers = await within(
    Math.min(timeout, 100),
    site.link.call('attach', []).catch(() => undefined),
  );
  if (!answers) {
    site.dead = true;
    await site.link.terminate();
  }
  const going = members.filter((member) => member.site === site && member.begun && !member.ended);
  return late(site, { timeout, member: going.length === 1 ? going[0] : undefined, doing: 'a firing' });
}

function late(
  { name }: Site,
  { timeout, member, doing }: { readonly timeout: number; readonly member: Member | undefined; readonly doing: string },
): ComponentError {
  return new ComponentError({
    code: 'DAG_LAYOUT_TIMEOUT',
    component: member?.name,
    context: name,
    message: `${doing} did not come to its end within ${timeout.toString()} ms.`,
    remedy: 'Listen to `this.signal` in what waits for long, or give stop({ timeout }) more time.',
  });
}
