/** The number is not in use. */
export const FREE = 0;
/** Waits for its dependencies, or to be started. */
export const WAITING = 1;
/** Its body runs. */
export const RUNNING = 2;
/** Its body ended in other tasks' values and waits for them. */
export const EXPANDED = 3;
/** It has its value. */
export const DONE = 4;
