import type { PoolName } from './names.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

/** Makes ready to open the pool called `name`, loading only what it needs. */
export async function loadPool(name: PoolName): Promise<OpenPool> {
  switch (name) {
    case 'lazydag':
      return (await import('./lazydag.js')).lazydag('together');
    case 'lazydag-single':
      return (await import('./lazydag.js')).lazydag('single');
    case 'serial':
      return (await import('./bare.js')).bare(1);
    case 'bare':
      return (await import('./bare.js')).bare(threads);
    case 'piscina':
      return (await import('./piscina.js')).piscina();
    case 'piscina-50':
      return (await import('./piscina.js')).piscina({ concurrentTasksPerWorker: 50 });
    case 'piscina-50-async':
      return (await import('./piscina.js')).piscina({ concurrentTasksPerWorker: 50, atomics: 'async' });
    case 'tinypool':
      return (await import('./tinypool.js')).tinypool();
    case 'tinypool-50':
      return (await import('./tinypool.js')).tinypool({ concurrentTasksPerWorker: 50 });
    case 'workerpool':
      return (await import('./workerpool.js')).workerpool();
    case 'poolifier':
      return (await import('./poolifier.js')).poolifier();
    case 'comlink':
      return (await import('./comlink.js')).comlink();
  }
}
