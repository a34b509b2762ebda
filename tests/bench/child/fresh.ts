import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { loadContender } from '../contenders/load.js';
import { expectedValue } from '../shapes/expected.js';
import { shapes } from '../shapes/index.js';
import { startCpuClock } from './cpu-clock.js';
import type { FreshRun, Tasks } from './protocol.js';

/** Builds and evaluates once, in a process that has done nothing else: what a user's first run costs. */
export async function measureFresh(request: Tasks['fresh']['request']): Promise<FreshRun> {
  const contender = await loadContender(request.contender);
  const shape = shapes[request.shape];
  const collections = watchCollections();
  const cpuClock = startCpuClock();
  const { build, evaluate, value } = await contender.run(shape, request.size);
  const cpu = cpuClock();
  const { maxRSS } = process.resourceUsage();
  const pauses = await collections();
  const expected = expectedValue(shape, request.size);
  if (value !== expected) {
    throw new Error(`wrong result ${value}, expected ${expected}`);
  }
  return {
    build,
    evaluate,
    cpu,
    gc: pauses.reduce((sum, pause) => sum + pause, 0),
    collections: pauses.length,
    peakResident: maxRSS * 1024,
  };
}

/** Starts to listen to the garbage collector; the returned function gives the pauses since, in milliseconds. */
function watchCollections(): () => Promise<readonly number[]> {
  const pauses: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) pauses.push(entry.duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  return async () => {
    // Entries are queued behind the event loop.
    await setImmediate();
    for (const entry of observer.takeRecords()) pauses.push(entry.duration);
    observer.disconnect();
    return pauses;
  };
}
