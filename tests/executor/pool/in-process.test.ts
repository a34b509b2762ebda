import { afterAll, beforeAll } from '@jest/globals';
import { WorkerPool } from 'lazydag';
import { describeExecutor } from '../conformance.js';
import { useInProcessThreads } from './in-process.js';

let restore: () => void;
beforeAll(() => {
  restore = useInProcessThreads();
});
afterAll(() => {
  restore();
});

describeExecutor('a thread in this process', () => new WorkerPool({ threads: 1, placement: 'pool' }), {
  forced: true,
});
