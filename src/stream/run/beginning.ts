import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import type { Calls } from './calls.js';
import { configValues } from './configs.js';
import { constantValues } from './constants.js';
import type { Ending } from './ending.js';
import type { Intake } from './intake.js';
import type { Lifetime } from './lifetime.js';
import { barSink, functionSink, ProgressTeller } from './progress.js';
import type { RunOptions } from './run-options.js';
import { restoreRun, type SavedParts } from './saved-run.js';

/** What is made ready for a run. */
export interface BeginningParts extends SavedParts {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly calls: Calls;
  readonly intake: Intake | undefined;
  readonly life: Lifetime;
  readonly ending: Ending;
}

/** Makes a run ready for items, once: what is the same for all of them is made, and states are put back. */
export class Beginning {
  readonly #parts: BeginningParts;
  #beginning: Promise<void> | undefined;

  constructor(parts: BeginningParts) {
    this.#parts = parts;
  }

  /** Whether the run is ready. */
  get done(): boolean {
    return this.#parts.life.begun;
  }

  /** Whether it was asked to be. */
  get begins(): boolean {
    return this.#beginning !== undefined;
  }

  /** Makes it ready. Settles behind that: {@link done} may be true at once. */
  begin(): Promise<void> {
    this.#beginning ??= this.#prepare().catch((error: unknown) => {
      const { life, ending } = this.#parts;
      if (life.over) return;
      ending.shutQuietly();
      throw error;
    });
    return this.#beginning;
  }

  async #prepare(): Promise<void> {
    const { plan, options, calls, runner, life, ending } = this.#parts;
    const template: Slots = new Array<unknown>(plan.slots).fill(undefined);
    const configs = configValues(plan, options.config);
    for (const { slot, given } of plan.configs) template[slot] = configs.get(given);
    if (plan.constants.length > 0) {
      const constants = await constantValues(plan, { configs, calls });
      for (const [slot, value] of constants) template[slot] = value;
    }
    for (const { slot, given } of plan.parameters) template[slot] = given.initial;
    runner.begin(template);
    if (options.restore !== undefined) {
      await restoreRun(this.#parts, options.restore);
      await this.#passOver(options.resumed === true ? 0 : options.restore.items);
    }
    const { progress, total } = options;
    if (progress !== undefined && progress !== false) {
      const sink = progress === true ? await barSink(plan.name, total) : functionSink(progress);
      ending.progress = new ProgressTeller(sink, { total, now: () => performance.now() });
    }
    life.begin();
    if (life.over) ending.progress?.end(0);
  }

  /** Reads so many items that the run before has had. */
  async #passOver(items: number): Promise<void> {
    const { runner, intake, life } = this.#parts;
    if (intake === undefined) return;
    const passed = runner.slots();
    for (let item = 0; item < items; item += 1) if (life.over || !(await intake.read(passed))) return;
  }
}
