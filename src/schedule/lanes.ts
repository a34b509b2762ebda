/** One after the other, in the order of the queue. */
export const SERIAL = 0;
/** Beside others, by rank. */
export const PARALLEL = 1;
/** By the caller itself, as soon as its dependencies have ended. */
export const IMMEDIATE = 2;
/** Elsewhere, by rank, as far as there is room. */
export const REMOTE = 3;
