/** A component with something to open and to close, such as a device, a file or a socket. */
export interface Resourced {
  /**
   * Runs in the component's context before its first firing, after everything is wired; `resources` is what `start()` of the
   * layout was given. When the layout is aborted or stopped meanwhile, the component's `signal` is aborted: a start that
   * goes on for 200 ms after that is not waited for.
   */
  start?(resources: Readonly<Record<string, unknown>>): unknown;
  /**
   * Runs in the component's context after its last firing, however the layout ends, if `start` has begun; once more when a
   * `start` that was not waited for comes to its end after all.
   */
  stop?(): unknown;
}

/** A component as its context sees it: any may have these. */
export function resourcesOf(component: object): Resourced {
  return component;
}
