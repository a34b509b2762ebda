/** A component with something to open and to close, such as a device, a file or a socket. */
export interface Resourced {
  /** Runs in the component's context before its first firing, after everything is wired; `resources` is what `start()` of the layout was given. */
  start?(resources: Readonly<Record<string, unknown>>): unknown;
  /** Runs in the component's context after its last firing, however the layout ends, if `start` has begun. */
  stop?(): unknown;
}

/** A component as its context sees it: any may have these. */
export function resourcesOf(component: object): Resourced {
  return component;
}
