import { AsyncLocalStorage } from 'node:async_hooks';

/** A change that goes on, or the `edit` of one. */
interface Going {
  /** Whose change it is. */
  readonly of: object;
  over: boolean;
}

const going = new AsyncLocalStorage<Going | undefined>();

/** Runs something that other changes of `of` would wait for, so that it must not wait for them. */
export async function withinChange<Result>(of: object, act: () => Result): Promise<Awaited<Result>> {
  const change: Going = { of, over: false };
  try {
    return await going.run(change, act);
  } finally {
    change.over = true; // what it has left behind may ask
  }
}

/** Whether this is asked for within a change of `of` that goes on. */
export function isWithinChange(of: object): boolean {
  const change = going.getStore();
  return change?.of === of && !change.over;
}

/** Runs something that a change only begins. */
export function outsideChanges<Result>(act: () => Result): Result {
  return going.getStore() === undefined ? act() : going.run(undefined, act);
}
