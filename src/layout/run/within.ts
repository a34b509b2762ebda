/** Longest that a timer takes: those that should take longer fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Whether something settles within some milliseconds. @throws what it rejects with in this time */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    if (milliseconds <= LONGEST) timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
