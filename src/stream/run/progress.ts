import { DagError } from '../../errors.js';
import { guarded } from '../../graph/events.js';

/** How far a run has come. */
export interface Progress {
  /** Results so far. */
  readonly results: number;
  /** Results to be expected, where that was told. */
  readonly total: number | undefined;
  /** Results per second, since the run began. */
  readonly rate: number;
}

/** Milliseconds between two reports. */
const EVERY = 100;
/** Results between two looks at the clock. */
const STRIDE = 64;

/** What is told of the progress of a run. */
export interface ProgressSink {
  told(progress: Progress): void;
  /** The run is over. */
  ended(): void;
}

/** Tells how far a run has come, ten times a second and at its end. */
export class ProgressTeller {
  readonly #sink: ProgressSink;
  readonly #total: number | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #toldAt: number;
  #results = 0;

  constructor(sink: ProgressSink, { total, now }: { readonly total: number | undefined; readonly now: () => number }) {
    this.#sink = sink;
    this.#total = total;
    this.#now = now;
    this.#startedAt = now();
    this.#toldAt = this.#startedAt;
  }

  /** The consumer got so many results. */
  count(results: number): void {
    this.#results = results;
    if (this.#results % STRIDE !== 0 && this.#results > STRIDE) return;
    const now = this.#now();
    if (now - this.#toldAt < EVERY) return;
    this.#toldAt = now;
    this.#tell(now);
  }

  end(results: number): void {
    this.#results = results;
    this.#tell(this.#now());
    this.#sink.ended();
  }

  #tell(now: number): void {
    const seconds = (now - this.#startedAt) / 1000;
    this.#sink.told({
      results: this.#results,
      total: this.#total,
      rate: seconds > 0 ? this.#results / seconds : 0,
    });
  }
}

/** A sink that calls a function of the user's; what that throws is reported as uncaught, and does not end the run. */
export function functionSink(progress: (progress: Progress) => void): ProgressSink {
  return {
    told: (told) => {
      guarded(() => {
        progress(told);
      });
    },
    ended: () => undefined,
  };
}

/** A bar on standard error. @throws DAG_PEER_MISSING */
export async function barSink(name: string, total: number | undefined): Promise<ProgressSink> {
  let progress: typeof import('cli-progress');
  try {
    progress = (await import('cli-progress')).default; // a CommonJS package
  } catch (cause) {
    throw new DagError('DAG_PEER_MISSING', {
      message: 'The option `progress: true` draws its bar with the package cli-progress, which is not installed.',
      remedy: 'Run `npm install cli-progress`, or give `progress` a function.',
      cause,
    });
  }
  const { SingleBar } = progress;
  const bar = new SingleBar({
    format:
      total === undefined
        ? `${name} | {value} | {duration_formatted}`
        : `${name} [{bar}] {percentage}% | {value}/{total} | {eta_formatted}`,
    stream: process.stderr,
    clearOnComplete: false,
  });
  bar.start(total ?? 0, 0);
  return {
    told: ({ results }) => {
      bar.update(results);
    },
    ended: () => {
      bar.stop();
    },
  };
}
