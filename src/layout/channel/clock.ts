/** What `performance.now()` of this thread lacks to the clock that all threads of the machine share. */
const offset = sharedNow() - performance.now();

function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Milliseconds on a steady clock that all threads share, to a fraction of a microsecond. */
export function clock(): number {
  return performance.now() + offset;
}
