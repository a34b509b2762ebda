import { eachFuture } from './containers.js';
import { Future } from './future.js';

/** Calls `found` with each Future among a call's arguments, at any depth, as often as it stands there. */
export function eachArgument(future: Future, found: (dependency: Future) => void): void {
  for (const arg of future._args) {
    if (arg instanceof Future) found(arg);
    else if (typeof arg === 'object' && arg !== null) eachFuture(arg, found);
  }
}

/** The call that a Future is a part of, or the Future itself. */
export function wholeOf(future: Future): Future {
  let whole = future;
  while (whole._spec.immediate) {
    const [inner] = whole._args;
    if (!(inner instanceof Future)) break;
    whole = inner;
  }
  return whole;
}

/** Like {@link eachArgument}, with the call that a part belongs to in the part's place. */
export function eachDependency(future: Future, found: (dependency: Future) => void): void {
  eachArgument(future, (argument) => {
    found(wholeOf(argument));
  });
}

/** How events, errors and pictures call a Future: its node's name, for a part with the key behind it. */
export function displayName(future: Future): string {
  const keys: string[] = [];
  let whole = future;
  for (let inner: unknown = whole._args[0]; whole._spec.immediate && inner instanceof Future; inner = whole._args[0]) {
    keys.push(String(whole._args[1]));
    whole = inner;
  }
  return [whole._spec.name, ...keys.reverse()].join('.');
}
