import type { Future, RunEvent } from '../../src/index.js';
import { eachArgument } from '../../src/graph/dependencies.js';

/** An event about a call. */
type CallEvent = Exclude<RunEvent, { type: 'run-started' | 'run-finished' }>;

type Phase = 'idle' | 'waiting' | 'running' | 'expanded' | 'finished';

/** Follows the events of any number of overlapping runs, and says what is wrong with their order. */
export class EventOrder {
  readonly problems: string[] = [];
  readonly #phases = new Map<Future, Phase>();
  /** Calls that hold a value. */
  readonly #values = new Set<Future>();
  readonly #attempts = new Map<Future, number>();
  #runs = 0;

  /** For `onEvent`. */
  readonly listen = (event: RunEvent): void => {
    if (event.type === 'run-started') this.#runs += 1;
    else if (event.type === 'run-finished') this.#runs -= 1;
    else this.#follow(event);
  };

  /** To be called when every run has ended. */
  end(): void {
    if (this.#runs !== 0) this.problems.push(`${this.#runs} runs did not tell that they finished`);
    for (const [future, phase] of this.#phases) {
      if (phase !== 'idle') this.problems.push(`${future._spec.name} was left ${phase}`);
    }
  }

  /** Every call that was heard of. */
  get futures(): Iterable<Future> {
    return this.#phases.keys();
  }

  #follow(event: CallEvent): void {
    const { type, future } = event;
    switch (type) {
      case 'activated':
        this.#move(event, ['idle'], 'waiting');
        this.#attempts.set(future, 0);
        break;
      case 'started': {
        this.#move(event, ['waiting'], 'running');
        const attempts = (this.#attempts.get(future) ?? 0) + 1;
        this.#attempts.set(future, attempts);
        if (event.attempt !== attempts) this.#wrong(event, `is attempt ${event.attempt} instead of ${attempts}`);
        this.#needInputs(event);
        break;
      }
      case 'stayed':
        break; // where it runs changes nothing
      case 'retried':
        this.#move(event, ['running'], 'waiting');
        break;
      case 'expanded':
        this.#move(event, ['running'], 'expanded');
        break;
      case 'finished':
        this.#move(event, ['running', 'expanded'], 'finished');
        this.#values.add(future);
        break;
      case 'deactivated':
        this.#move(event, ['finished'], 'idle');
        break;
      case 'failed':
      case 'skipped':
      case 'aborted':
        this.#move(event, ['waiting', 'running', 'expanded'], 'idle');
        break;
      case 'cached':
        this.#values.add(future);
        break;
      case 'still-needed':
        if (!this.#values.has(future)) this.#wrong(event, 'though it has no value');
        break;
      case 'released':
        if (!this.#values.delete(future)) this.#wrong(event, 'though it has no value');
        this.#needNobody(event);
    }
  }

  #move(event: CallEvent, from: readonly Phase[], to: Phase): void {
    const phase = this.#phases.get(event.future) ?? 'idle';
    if (!from.includes(phase)) this.#wrong(event, `while it is ${phase}`);
    this.#phases.set(event.future, to);
  }

  /** A body begins: what it takes must be there. */
  #needInputs(event: CallEvent): void {
    eachArgument(event.future, (input) => {
      if (this.#phases.has(input) && !this.#values.has(input)) this.#wrong(event, `without ${input._spec.name}`);
    });
  }

  /** A value goes: no call that takes it may still be at it. */
  #needNobody(event: CallEvent): void {
    for (const [dependent, phase] of this.#phases) {
      if (phase !== 'waiting' && phase !== 'running') continue;
      eachArgument(dependent, (input) => {
        if (input === event.future) this.#wrong(event, `while ${dependent._spec.name} is ${phase}`);
      });
    }
  }

  #wrong(event: CallEvent, what: string): void {
    this.problems.push(`${event.name}: ${event.type} ${what}`);
  }
}
