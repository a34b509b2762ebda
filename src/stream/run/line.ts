import type { Rate } from '../plan/rates.js';
import type { Emission } from './emission.js';
import type { Recurrence } from './recurrence.js';
import type { Stage } from './stage.js';

/** The steps of one rate, and what goes through them. */
export class Line {
  readonly rate: Rate;
  readonly stages: Stage[] = [];
  readonly recurrences: Recurrence[] = [];
  /** Its results are the pipeline's. */
  readonly isOutput: boolean;
  /** Its results lead to those of the pipeline. */
  readonly leadsOut: boolean;
  /** The flow that gives to it. */
  fed: Stage | undefined = undefined;
  /** Tokens that began in it. */
  begun = 0;
  /** Of these, those that have not come to their end. */
  live = 0;
  /** What a flow has still to give to it. */
  emission: Emission | undefined = undefined;
  /** The flow that gives to it was asked for what is left. */
  flushed = false;

  constructor(rate: Rate, output: Rate) {
    this.rate = rate;
    this.isOutput = rate === output;
    let leads = false;
    for (let at: Rate | undefined = output; at !== undefined; at = at.above) leads ||= at === rate;
    this.leadsOut = leads;
  }
}
