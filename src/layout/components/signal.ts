import { choiceRule, countRule, type OptionRules } from '../../graph/option-rules.js';
import { struct } from '../../memory/struct/define.js';
import type { StructView } from '../../memory/struct/definition.js';
import { seededRandom, type Random } from '../../schedule/policy/random.js';
import { component } from '../component/decorator.js';
import { done } from '../component/emission.js';
import { Emitter } from '../component/emitter.js';
import { pauseUntil } from './pause.js';
import { checkOptionsOf, finite, positive } from './rules.js';

const sample = struct({ time: 'f64', value: 'f64' });

/** Options of {@link Signal}. */
export interface SignalOptions {
  /** Default 'sine'. Triangle and sawtooth begin at 0 and rise, square begins at 1; noise is uniform from -1 to 1. */
  readonly shape?: 'sine' | 'square' | 'triangle' | 'sawtooth' | 'noise';
  /** Periods per second, in Hz. Default 1; of no use to noise. */
  readonly frequency?: number;
  /** Greatest distance from `offset`. Default 1. */
  readonly amplitude?: number;
  /** Added to every value. Default 0. */
  readonly offset?: number;
  /** Radians by which it is ahead. Default 0. */
  readonly phase?: number;
  /** Samples per second. Default 100. */
  readonly rate?: number;
  /** Where the noise begins: the same seed gives the same values. Default 0. */
  readonly seed?: number;
  /** How many samples there are before it ends. Default Infinity. */
  readonly count?: number;
}

const rules: OptionRules<SignalOptions> = {
  shape: choiceRule('sine', 'square', 'triangle', 'sawtooth', 'noise'),
  frequency: finite,
  amplitude: finite,
  offset: finite,
  phase: finite,
  rate: positive,
  seed: finite,
  count: countRule(0),
};

/** Values of a period that begins at 0 and ends at 1, from -1 to 1. */
const SHAPES: Readonly<Record<Exclude<SignalOptions['shape'], 'noise' | undefined>, (at: number) => number>> = {
  sine: (at) => Math.sin(2 * Math.PI * at),
  square: (at) => (at < 0.5 ? 1 : -1),
  triangle: (at) => 1 - 4 * Math.abs(Math.round(at - 0.25) - (at - 0.25)),
  sawtooth: (at) => 2 * (at - Math.floor(at + 0.5)),
};

/**
 * Emits the samples of a signal, each at its time: those that were late because there was no room follow at once, so that
 * sample n is always that of n / rate seconds and nothing drifts. Every run gives the same values.
 */
export class Signal extends Emitter<typeof sample> {
  /** `time` in seconds from the first sample, and `value`. */
  static readonly output = sample;
  readonly #options: Required<SignalOptions>;
  readonly #random: Random;
  #index = 0;
  #startedAt: number | undefined;

  /** @throws DAG_OPTION */
  constructor(options: SignalOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Signal', rules });
    this.#options = {
      shape: options.shape ?? 'sine',
      frequency: options.frequency ?? 1,
      amplitude: options.amplitude ?? 1,
      offset: options.offset ?? 0,
      phase: options.phase ?? 0,
      rate: options.rate ?? 100,
      seed: options.seed ?? 0,
      count: options.count ?? Infinity,
    };
    this.#random = seededRandom(this.#options.seed);
  }

  compute(out: StructView<typeof sample>): undefined | typeof done | Promise<undefined | typeof done> {
    const { count, rate } = this.#options;
    if (this.#index >= count) return done;
    const now = performance.now();
    this.#startedAt ??= now;
    const due = this.#startedAt + (this.#index * 1000) / rate;
    if (due > now) return this.#later(due, out);
    this.#fill(out);
    return undefined;
  }

  async #later(due: number, out: StructView<typeof sample>): Promise<undefined | typeof done> {
    await pauseUntil(due, this.signal);
    if (this.signal.aborted) return done;
    this.#fill(out);
    return undefined;
  }

  #fill(out: StructView<typeof sample>): void {
    const { amplitude, offset, rate } = this.#options;
    out.time = this.#index / rate;
    out.value = offset + amplitude * this.#level();
    this.#index += 1;
  }

  #level(): number {
    const { shape, frequency, phase, rate } = this.#options;
    if (shape === 'noise') return 2 * this.#random() - 1;
    const periods = (frequency * this.#index) / rate + phase / (2 * Math.PI);
    return SHAPES[shape](periods - Math.floor(periods));
  }
}

component({ module: import.meta.url })(Signal);
