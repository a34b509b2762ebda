/** What one contender took: a figure for each round. */
export interface Measurement {
  readonly contender: string;
  readonly figures: readonly number[];
}

/** Contenders that take turns, each once a round. */
export type Contenders = Readonly<Record<string, () => Promise<number> | number>>;

/** Lets contenders take turns. The first round warms up and does not count. */
export async function takeTurns(contenders: Contenders, rounds: number): Promise<Measurement[]> {
  const measured = Object.entries(contenders).map(([contender, run]) => ({ contender, run, figures: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const { run, figures } of measured) {
      const figure = await run();
      if (round >= 0) figures.push(figure);
    }
  }
  return measured.map(({ contender, figures }) => ({ contender, figures }));
}
