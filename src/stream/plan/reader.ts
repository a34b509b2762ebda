import { substituteFutures } from '../../graph/containers.js';
import { Future } from '../../graph/future.js';
import type { NodeSpec } from '../../graph/spec.js';

/** The values of one item, by slot. */
export type Slots = unknown[];

/** Reads something out of the values of an item. */
export type Read = (slots: Slots) => unknown;

/** The slot of a Future. */
export type SlotOf = (future: Future) => number;

/** What reads a value in which Futures may stand at any depth. */
export function readerOf(value: unknown, slotOf: SlotOf): Read {
  if (value instanceof Future) {
    const slot = slotOf(value);
    return (slots) => slots[slot];
  }
  if (typeof value !== 'object' || value === null) return () => value;
  return (slots) => substituteFutures(value, (future) => slots[slotOf(future)]);
}

/** What reads the arguments of a call. */
export function argumentsReader(args: readonly unknown[], slotOf: SlotOf): (slots: Slots) => unknown[] {
  const reads = args.map((arg) => readerOf(arg, slotOf));
  return (slots) => reads.map((read) => read(slots));
}

/** What runs the body of a traced call on the values of an item, without an array for the shapes that most calls have. */
export function callerOf(
  { body }: Pick<NodeSpec, 'body'>,
  { args, receiver }: { readonly args: readonly unknown[]; readonly receiver: unknown },
  slotOf: SlotOf,
): Read {
  const run = body as (...values: unknown[]) => unknown; // the call's types were checked where it was made
  const direct = args.map((arg) => (arg instanceof Future ? slotOf(arg) : -1));
  const [first = -1, second = -1, third = -1] = direct;
  if (receiver === undefined && !direct.includes(-1)) {
    switch (args.length) {
      case 1:
        return (slots) => run(slots[first]);
      case 2:
        return (slots) => run(slots[first], slots[second]);
      case 3:
        return (slots) => run(slots[first], slots[second], slots[third]);
    }
  }
  const values = argumentsReader(args, slotOf);
  return (slots) => Reflect.apply<unknown, unknown[], unknown>(run, receiver, values(slots));
}
