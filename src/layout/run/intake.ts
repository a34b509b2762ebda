import { DagError } from '../../errors.js';

/** Whether a layout still takes components, and what it waits for while it takes some. */
export class Intake {
  /** Ends the waits. */
  readonly #giveUps = new Set<() => void>();
  #closed = false;
  #givenUp: string | undefined;

  get closed(): boolean {
    return this.#closed;
  }

  /** What went on when it was closed, and was not waited for. */
  get givenUp(): string | undefined {
    return this.#givenUp;
  }

  /** Takes nothing more, and waits for nothing any longer. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#giveUps) giveUp();
  }

  /** @throws DAG_LAYOUT_OVER */
  check(): void {
    if (this.#closed) throw new DagError('DAG_LAYOUT_OVER', { message: 'The layout has ended, or is about to.' });
  }

  /** What a call gives that may take as long as it likes. @throws DAG_LAYOUT_OVER when this is closed before that */
  async unlessClosed<Given>(call: Promise<Given>, doing: string): Promise<Given> {
    let giveUp = (): void => undefined;
    const over = new Promise<never>((_, reject) => {
      giveUp = (): void => {
        this.#givenUp ??= doing;
        const message = `The layout has ended, or is about to, while ${doing} went on.`;
        reject(new DagError('DAG_LAYOUT_OVER', { message }));
      };
    });
    this.#giveUps.add(giveUp);
    if (this.#closed) giveUp();
    try {
      return await Promise.race([call, over]);
    } finally {
      this.#giveUps.delete(giveUp);
    }
  }
}
