import type { Contender } from './contender.js';
import type { NodeContender } from './names.js';

/** Makes the contender called `name`, loading only what it needs. */
export async function loadContender(name: NodeContender): Promise<Contender> {
  switch (name) {
    case 'sketch':
      return (await import('./sketch.js')).sketch();
    case 'lazydag':
      return (await import('./lazydag.js')).lazydag('resolve');
    case 'lazydag-sync':
      return (await import('./lazydag.js')).lazydag('resolveSync');
    case 'direct':
      return (await import('./direct.js')).direct();
    case 'promise':
      return (await import('./promise.js')).promise();
    case 'p-graph':
      return (await import('./p-graph.js')).pGraph();
    case 'signals':
      return (await import('./signals.js')).signals();
    case 'effect':
      return (await import('./effect.js')).effect();
  }
}
