import { Collector } from './collector.js';
import { Emitter } from './emitter.js';
import { Router } from './router.js';

/** What a component is in a layout. */
export type ComponentKind = 'emitter' | 'router' | 'collector';

/** The kind of a component by its class; undefined for a class that extends none of the three. */
export function kindOf(type: NewableFunction): ComponentKind | undefined {
  const { prototype } = type as { readonly prototype: unknown };
  if (prototype instanceof Emitter) return 'emitter';
  if (prototype instanceof Router) return 'router';
  if (prototype instanceof Collector) return 'collector';
  return undefined;
}
