/** Starts to count this process's processor time; the returned function gives the milliseconds since, of all threads. */
export function startCpuClock(): () => number {
  const started = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  };
}
