import type { Firing } from './component.js';

/** A router or collector with something left to say when nothing comes any more, such as the rest of a sum. */
export interface Concluding<Out = unknown> {
  /**
   * Runs once, when the parents have ended and the last firing is over; what it returns is emitted before the component
   * ends: a value, `emitAll()` of several, or nothing. Not run when the layout is ended without draining it.
   */
  end?(): Firing<Out>;
}

/** A component as its context sees it: any may have this. */
export function concludingOf(component: object): Concluding {
  return component;
}
