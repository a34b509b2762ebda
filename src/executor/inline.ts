import { DEEP, Future } from '../graph/future.js';
import { substituteFutures } from '../graph/containers.js';

/** The value of an argument: a Future's value, anything else as it is. */
function valueOf(argument: unknown): unknown {
  return argument instanceof Future ? argument._value : argument;
}

/** A call's arguments with values in place of Futures, at any depth. */
export function argumentValues(future: Future): unknown[] {
  return (future._flags & DEEP) === 0
    ? future._args.map(valueOf)
    : future._args.map((argument) => substituteFutures(argument, valueOf));
}

/**
 * Runs the body of a call here and now.
 *
 * @param args the arguments to use; where left out, those of the call with values in place of Futures.
 * @returns the body's result, or a promise of it. What the body throws is thrown on.
 */
export function runBody(future: Future, args?: readonly unknown[]): unknown {
  const body = future._spec.body as (...values: unknown[]) => unknown; // the call's types were checked where it was made
  const receiver = future._receiver;
  const given = future._args;
  if (args === undefined && receiver === undefined && (future._flags & DEEP) === 0) {
    // The shapes that nearly all calls have, without an array in between.
    switch (given.length) {
      case 0:
        return body();
      case 1:
        return body(valueOf(given[0]));
      case 2:
        return body(valueOf(given[0]), valueOf(given[1]));
      case 3:
        return body(valueOf(given[0]), valueOf(given[1]), valueOf(given[2]));
    }
  }
  return Reflect.apply(body, receiver, args ?? argumentValues(future));
}
