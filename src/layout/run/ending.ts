import { checkByRules, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import type { Assembly } from './assembly.js';
import { ComponentError } from './component-error.js';
import type { Member, Site } from './member.js';
import { within } from './within.js';

/** How a layout ends. */
export interface StopOptions {
  /** Whether what was emitted is still worked on. Default true; otherwise components end after their present firing. */
  readonly drain?: boolean;
  /**
   * Milliseconds that draining and firings that go on may take together, and then each `stop` of a component: who takes
   * longer is not waited for, and threads that do not answer are ended. Default 5,000; Infinity waits for ever.
   */
  readonly timeout?: number;
}

const rules: OptionRules<StopOptions> = {
  drain: { expected: 'true or false', allows: (value) => typeof value === 'boolean' },
  timeout: {
    expected: 'milliseconds of at least 0, or Infinity',
    allows: (value) => typeof value === 'number' && value >= 0,
  },
};

/** @throws DAG_OPTION */
export function checkStopOptions(options: StopOptions): void {
  const given: unknown = options;
  checkIsOptions(given, 'stop()');
  checkByRules(options, { subject: 'stop()', rules });
}

/** Most milliseconds that a firing has after draining took all the time. */
const LAST = 200;

/** How long the end of a layout may take; it may be told to hurry while it goes on. */
export class Patience {
  #timeout: number;
  #draining: boolean;
  #deadline: number;
  #hurry!: () => void;
  /** Settles when it is not to drain any longer. */
  readonly #hurried: Promise<void>;

  constructor({ drain = true, timeout = 5000 }: StopOptions) {
    this.#timeout = timeout;
    this.#draining = drain;
    this.#deadline = performance.now() + timeout;
    this.#hurried = new Promise((resolve) => {
      this.#hurry = resolve;
    });
    if (!drain) this.#hurry();
  }

  /** Whether what was emitted is still worked on. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Milliseconds that each `stop` of a component may take. */
  get timeout(): number {
    return this.#timeout;
  }

  /** Milliseconds that are left for firings that go on. */
  get left(): number {
    return Math.max(this.#deadline - performance.now(), Math.min(this.#timeout, LAST));
  }

  /** Another `stop`: it may only make the end come sooner. */
  hurry({ drain = true, timeout = 5000 }: StopOptions): void {
    if (drain) return;
    this.#timeout = Math.min(this.#timeout, timeout);
    this.#deadline = Math.min(this.#deadline, performance.now() + timeout);
    this.#draining = false;
    this.#hurry();
  }

  /** Waits for the end of draining, as long as that may take. */
  async drained(promise: Promise<unknown>): Promise<void> {
    await within(this.#deadline - performance.now(), Promise.race([promise, this.#hurried]));
    this.#draining = false;
  }
}

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
    const finished = Promise.all(sites().map(({ link }) => link.call('finish').catch(() => undefined)));
    await patience.drained(finished.then(allEnded));
  }
  // A thread that does not even take the call has a firing that blocks it.
  const { left, timeout } = patience;
  const halting = sites().map(async (site) => {
    const halted = site.link.call('halt', undefined).catch(() => undefined);
    if (!(await within(left, halted))) failures.push(await whyNot(site, { timeout, members }));
  });
  await Promise.all(halting);
  for (const member of members) {
    if (!member.started || member.site.dead) continue;
    try {
      if (await within(timeout, assembly.stop(member))) continue;
      failures.push(late(member.site, { timeout, member, doing: 'stop()' }));
    } catch (error) {
      failures.push(error);
    }
  }
  await Promise.all(
    sites().map(async ({ link }) => {
      const closed = link.call('close').catch(() => undefined);
      await within(timeout, Promise.all([closed, link.over.catch(() => undefined)]));
    }),
  );
  const ended = [...assembly.sites.values()];
  for (const site of ended) site.dead = true;
  await Promise.all(ended.map(({ link }) => link.terminate()));
  return failures;
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
