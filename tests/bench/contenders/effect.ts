import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Contender } from './contender.js';
import { importPeer } from './peer.js';

declare const value: unique symbol;
interface Effect<Value> {
  readonly [value]: Value;
}
interface Effects {
  succeed<Value>(value: Value): Effect<Value>;
  map<From, To>(self: Effect<From>, transform: (value: From) => To): Effect<To>;
  all<Value>(effects: readonly Effect<Value>[]): Effect<Value[]>;
  zipWith<A, B, To>(a: Effect<A>, b: Effect<B>, combine: (a: A, b: B) => To): Effect<To>;
  cached<Value>(self: Effect<Value>): Effect<Effect<Value>>;
  suspend<Value>(make: () => Effect<Value>): Effect<Value>;
  runSync<Value>(effect: Effect<Value>): Value;
  runPromise<Value>(effect: Effect<Value>): Promise<Value>;
}

/** Effects: descriptions evaluated once per use, so that shared nodes go through `Effect.cached`. */
export async function effect(): Promise<Contender> {
  const { Effect } = await importPeer<{ Effect: Effects }>('effect');
  const down = (depth: number): Effect<number> =>
    depth === 0 ? Effect.succeed(0) : Effect.suspend(() => down(depth - 1));
  const operations = {
    inc: (x: Effect<number> | number) =>
      typeof x === 'number' ? Effect.map(Effect.succeed(x), increment) : Effect.map(x, increment),
    join: (left: Effect<number>, right: Effect<number>) => Effect.zipWith(left, right, join),
    sum: (values: Effect<number>[]) => Effect.map(Effect.all(values), total),
    share: (self: Effect<number>) => Effect.runSync(Effect.cached(self)),
    down,
  };
  return contender<Effect<number>>(() => ({ operations, evaluate: (target) => Effect.runPromise(target) }));
}
