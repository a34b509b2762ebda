// A child process that has one pool and answers questions about it, one after the other, until it is ended.
import { describeFailure } from '../child/failure.js';
import type { Outcome } from '../child/protocol.js';
import { loadPool } from './load.js';
import type { PoolName } from './names.js';
import type { Pool } from './pool.js';
import type { HostMessage, PoolStart, PoolTurn } from './protocol.js';
import { timeStart } from './start.js';
import { TurnTaker } from './turn-taker.js';

// The process that starts this one names a contender.
const name = process.argv[2] as PoolName;

let opened: Promise<TurnTaker> | undefined;

async function openPool(): Promise<TurnTaker> {
  const open = await loadPool(name);
  const pool: Pool = await open();
  return new TurnTaker(pool);
}

async function perform(message: HostMessage): Promise<PoolTurn | PoolStart> {
  if (message.ask === 'start') return timeStart(await loadPool(name));
  const turns = await (opened ??= openPool());
  return turns.take(message.request, message.turn);
}

async function answer(message: HostMessage): Promise<Outcome<unknown>> {
  try {
    return { ok: true, value: await perform(message) };
  } catch (error) {
    return { ok: false, reason: describeFailure(error) };
  }
}

process.on('message', (message: HostMessage) => {
  void answer(message).then((outcome) => process.send?.(outcome));
});
// When the parent is gone there is nobody to answer.
process.on('disconnect', () => process.exit(0));
