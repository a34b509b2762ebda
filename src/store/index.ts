export { DiskStore } from './disk/disk-store.js';
export type { DiskStoreOptions } from './disk/disk-options.js';
export type { StoreLimits } from './limits.js';
export { MemoryStore } from './memory-store.js';
export type {
  EntryFacts,
  MaybePromise,
  NodeStamp,
  PastEntry,
  Pruned,
  PruneOptions,
  PutOptions,
  Store,
  StoredEntry,
  StoreLock,
  StoreStats,
  Verified,
} from '../graph/store.js';
export { TieredStore } from './tiered-store.js';
