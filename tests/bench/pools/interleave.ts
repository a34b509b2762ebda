import type { PoolName } from './names.js';
import type { PoolRequest, PoolTurn } from './protocol.js';
import { PoolSession } from './session.js';

/** How thoroughly to measure. */
export interface PoolEffort {
  /** Turns of each contender. */
  readonly rounds: number;
  /** Milliseconds that a turn lasts at least. */
  readonly turn: number;
  /** Seconds after which a contender counts as too slow. */
  readonly limit: number;
}

/** One contender and what it is asked. */
export interface Entrant {
  /** How the tables call it. */
  readonly label: string;
  readonly pool: PoolName;
  readonly request: PoolRequest;
}

/** One contender's turns, one per round; `failure` says why there are none. */
export interface PoolSeries extends Entrant {
  readonly turns: readonly PoolTurn[];
  readonly failure?: string;
}

interface Seat {
  readonly entrant: Entrant;
  readonly session: PoolSession;
  readonly turns: PoolTurn[];
  failure?: string;
}

/** Lets contenders take turns A B C A B C, each in a process of its own; entrants of one pool share its process. */
export async function interleave(
  entrants: readonly Entrant[],
  { rounds, turn, limit }: PoolEffort,
): Promise<readonly PoolSeries[]> {
  const sessions = new Map<PoolName, PoolSession>();
  const sessionOf = (pool: PoolName): PoolSession => {
    const session = sessions.get(pool) ?? new PoolSession(pool, limit);
    sessions.set(pool, session);
    return session;
  };
  const seats = entrants.map((entrant): Seat => ({ entrant, session: sessionOf(entrant.pool), turns: [] }));
  try {
    // The first round warms everybody up; nothing of it is kept.
    for (let round = 0; round <= rounds; round++) {
      for (const seat of seats) {
        if (seat.failure !== undefined) continue;
        const outcome = await seat.session.take(seat.entrant.request, turn);
        if (!outcome.ok) seat.failure = outcome.reason;
        else if (round > 0) seat.turns.push(outcome.value);
      }
    }
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.close()));
  }
  return seats.map(({ entrant, turns, failure }) => ({
    ...entrant,
    turns: failure === undefined ? turns : [],
    ...(failure !== undefined && { failure }),
  }));
}
