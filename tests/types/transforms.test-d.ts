import { node } from '../../src/index.js';
import {
  batch,
  compose,
  filter,
  flatMap,
  keyBy,
  stateful,
  unbatch,
  window,
  type AsyncFlow,
  type Flow,
  type Transform,
} from '../../src/stream/index.js';
import { assertType, type Equal } from './assert-type.js';

interface Event {
  readonly user: string;
}

const count = stateful(function* (): Generator<number, void, unknown> {
  for (let n = 0; ; n += 1) yield n;
});
const scale = stateful({ init: (by: number) => ({ by }), step: ({ by }, x: number) => by * x });
const lookUp = stateful(async function* (): AsyncGenerator<string, void, number> {
  for (;;) yield await Promise.resolve('');
});
const track = stateful({ init: () => undefined, step: (_, [a, b]: [number, string]) => `${a}${b}` });
const twice = node((x: number) => 2 * x);
const fetched = node(async (x: number) => Promise.resolve(`${x}`));

// A composition takes what its first part takes and gives what its last part gives.
export const one = compose(scale(2));
assertType<Equal<typeof one, Transform<number, number>>>();
export const text = compose(scale(2), twice, (x) => x.toFixed(1));
assertType<Equal<typeof text, Transform<number, string>>>();
export const several = compose(track(), (joined) => joined.length);
assertType<Equal<typeof several, Transform<[number, string], number>>>();
several(1, 'a');
export const between = compose(
  scale(2),
  (x) => x + 1,
  twice,
  (x) => x.toFixed(1),
  String,
);
assertType<Equal<typeof between, Transform<number, string>>>();
export const silent = compose(scale(2), (): void => undefined);
assertType<Equal<typeof silent, Transform<number, void>>>();
// @ts-expect-error: a text is no number
compose(scale(2), (x) => x.toFixed(1), twice);
export const counted = compose((event: Event) => event.user, count());
assertType<Equal<typeof counted, Transform<Event, number>>>();
export const long = compose(scale(1), twice, twice, twice, twice, twice, twice, twice, twice, String);
assertType<Equal<typeof long, Transform<number, string>>>();
export const longer = compose(scale(1), twice, twice, twice, twice, twice, twice, twice, twice, twice, twice, String);
assertType<Equal<typeof longer, Transform<number, string>>>();

// It is a flow where a part is one, and asynchronous where a part is.
export const flow = compose(scale(2), batch<number>(2), (pair) => pair.length);
assertType<Equal<typeof flow, Flow<number, number>>>();
export const waits = compose(scale(2), lookUp(), (found) => found.length);
assertType<Equal<typeof waits, Transform<number, Promise<number>>>>();
export const waitsForNode = compose(scale(2), fetched, (found) => found.length);
assertType<Equal<typeof waitsForNode, Transform<number, Promise<number>>>>();
export const both = compose(batch<number>(2), unbatch<number>(), lookUp());
assertType<Equal<typeof both, AsyncFlow<number, string>>>();

// @ts-expect-error: a number is no string
compose(scale(1), (x: string) => x);
// @ts-expect-error: a number is no string
compose(scale(1), stateful({ init: () => 0, step: (_, x: string) => x })());
// @ts-expect-error: batches are no numbers
compose(batch<number>(2), scale(1));
// @ts-expect-error: a composition has parts
compose();
// @ts-expect-error: a number is no part
compose(5);

export const small = filter((x: number | string): x is number => typeof x === 'number');
assertType<Equal<typeof small, Flow<number | string, number>>>();
export const even = filter((x: number) => x % 2 === 0);
assertType<Equal<typeof even, Flow<number, number>>>();
export const wanted = filter(async (x: number) => Promise.resolve(x > 0));
assertType<Equal<typeof wanted, AsyncFlow<number, number>>>();
export const byNode = filter(node((x: number) => x > 0));
assertType<Equal<typeof byNode, Flow<number, number>>>();
export const inRow = compose(
  scale(1),
  filter((x: number) => x > 0),
);
assertType<Equal<typeof inRow, Flow<number, number>>>();

export const words = flatMap((line: string) => line.split(' '));
assertType<Equal<typeof words, Flow<string, string>>>();
export const range = flatMap(function* (n: number) {
  for (let i = 0; i < n; i += 1) yield i;
});
assertType<Equal<typeof range, Flow<number, number>>>();
export const pages = flatMap(async function* (n: number) {
  for (let i = 0; i < n; i += 1) yield Promise.resolve(i);
});
assertType<Equal<typeof pages, AsyncFlow<number, number>>>();

export const windows = window<number>(3);
assertType<Equal<ReturnType<typeof windows.flush>, number[][]>>();

// A keyed transform is what the transform is.
export const perUser = keyBy((event: Event) => event.user)(count());
assertType<Equal<typeof perUser, Transform<Event, number>>>();
export const atOnce = keyBy((event: Event) => event.user, batch<Event>(2));
assertType<Equal<typeof atOnce, Flow<Event, Event[]>>>();
// @ts-expect-error: numbers are no events
keyBy((event: Event) => event.user)(scale(1));
