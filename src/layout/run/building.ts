import { DagError } from '../../errors.js';
import { Channel } from '../channel/channel.js';
import { typeOf } from '../component/decorator.js';
import { failureOf } from './failure-of.js';
import type { Intake } from './intake.js';
import type { Member, Site } from './member.js';
import { within } from './within.js';

/**
 * Builds components in the order in which they were added; different contexts side by side.
 *
 * @throws ComponentError, DAG_LAYOUT, DAG_LAYOUT_OVER
 */
export async function buildAll(members: readonly Member[], intake: Intake): Promise<void> {
  const turns = new Map<Site, Promise<void>>();
  for (const member of members) {
    const before = turns.get(member.site) ?? Promise.resolve();
    turns.set(
      member.site,
      before.then(() => build(member, intake)),
    );
  }
  const ends = await Promise.allSettled(turns.values());
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function build(member: Member, intake: Intake): Promise<void> {
  const { id, ref, site, counters } = member;
  const { onError = 'stop', merge = false } = ref.options;
  const Class = ref.type;
  const factory = typeOf(Class).factory ?? ((...args: never[]): unknown => new Class(...args));
  const request = { component: id, name: ref.name, factory, args: ref.args, onError, merge, counters: counters.memory };
  ref.built();
  const built = site.link.call('build', request);
  try {
    member.traits = await intake.unlessClosed(built, `the constructor of ${describe(member)}`);
  } catch (cause) {
    if (isOver(cause)) throw cause;
    throw failureOf(member, { doing: 'its constructor', cause: plainly(cause, ARGUMENTS) });
  }
  const { output } = member.traits;
  if (output !== undefined) member.channel = new Channel({ record: output, bell: site.link.bell });
}

/** What `start` of a component needs. */
interface Start {
  readonly intake: Intake;
  readonly resources: Readonly<Record<string, unknown>>;
  /** Milliseconds that it has to give up when the layout takes nothing more. */
  readonly grace: number;
}

/** Lets a component open what it needs. @throws ComponentError, DAG_LAYOUT_OVER */
export async function startOne(member: Member, { intake, resources, grace }: Start): Promise<void> {
  const { site, id } = member;
  member.started = true;
  const started = site.link.call('start', id, resources);
  try {
    await intake.unlessClosed(started, `start() of ${describe(member)}`);
  } catch (cause) {
    if (!isOver(cause)) throw failureOf(member, { doing: 'start()', cause: plainly(cause, RESOURCES) });
    // Its signal tells it to give up.
    const halted = site.link.call('halt', [id]).catch(() => undefined);
    await within(grace, Promise.allSettled([started, halted]));
    throw cause;
  }
}

function isOver(cause: unknown): boolean {
  return cause instanceof DagError && cause.code === 'DAG_LAYOUT_OVER';
}

function describe({ name, site }: Member): string {
  return `${name} in ${site.name}`;
}

/** Where values of the user lie in what is sent, and how the user calls them. */
type Place = readonly [sent: RegExp, given: string];
const ARGUMENTS: Place = [/^.*argument 1\.args\[0\]\.args\[(\d+)\]/s, 'argument $1'];
const RESOURCES: Place = [/^.*argument 1\.args\[1\]/s, 'resources'];

/** An error of a value that cannot travel, without the call of the library that was to carry it. */
function plainly(cause: unknown, [sent, given]: Place): unknown {
  if (!(cause instanceof DagError) || cause.code !== 'DAG_CANNOT_TRAVEL' || !sent.test(cause.message)) return cause;
  return new DagError('DAG_CANNOT_TRAVEL', {
    message: cause.message.replace(sent, given),
    remedy: 'A context({ inline: true }) takes anything.',
    cause,
  });
}
