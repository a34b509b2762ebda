import { DagError } from '../../errors.js';
import type { Lifetime } from './lifetime.js';
import type { Runner } from './runner.js';

/** Holds a run between two items: nothing begins, and what is under way comes to its end. */
export class Standstill {
  readonly #runner: Runner;
  readonly #life: Lifetime;
  #holding = 0;
  /** Those who wait until nothing is under way. */
  readonly #still: (() => void)[] = [];

  constructor(runner: Runner, life: Lifetime) {
    this.#runner = runner;
    this.#life = life;
  }

  /** Whether nothing may begin. */
  get holds(): boolean {
    return this.#holding > 0;
  }

  /**
   * Does something while nothing is under way, also where others do at the same time. Settles when that is done.
   *
   * @param goOn is called when the run may go on.
   * @throws DAG_PIPELINE_OVER, for which `why` says why that matters; DAG_SNAPSHOT when a flow gives too many results to wait
   *   for its end.
   */
  async during<Value>(
    work: () => Promise<Value>,
    { why, goOn }: { readonly why: string; readonly goOn: () => void },
  ): Promise<Value> {
    const runner = this.#runner;
    this.#holding += 1;
    runner.letOut(true);
    try {
      while (!runner.quiet && runner.excess === undefined && !this.#life.over) {
        await new Promise<void>((quiet) => {
          this.#still.push(quiet);
        });
      }
      this.#life.check(why);
      if (runner.excess !== undefined) throw endlessError(runner.excess);
      return await work();
    } finally {
      this.#holding -= 1;
      if (this.#holding === 0) {
        runner.letOut(false);
        goOn();
      }
    }
  }

  /** Something has come to its end. */
  see(): void {
    if (this.#still.length > 0 && (this.#runner.quiet || this.#runner.excess !== undefined)) this.end();
  }

  /** Nobody has to wait any more. */
  end(): void {
    for (const quiet of this.#still.splice(0)) quiet();
  }
}

function endlessError(results: number): DagError {
  return new DagError('DAG_SNAPSHOT', {
    message: `The state between two items cannot be had: flows gave ${results.toString()} results of one item, and it has not come to its end.`,
    remedy: 'Save the state before an item that a flow turns into that many results, or give these by a source.',
  });
}
