import { WorkerPool } from 'lazydag';
import { describeExecutor } from '../conformance.js';

describeExecutor('a pool that every call must run on', () => new WorkerPool({ threads: 2, placement: 'pool' }), {
  forced: true,
});
describeExecutor('a pool that places calls by what they cost', () => new WorkerPool({ threads: 2 }));
