import { localKeyBook } from './key/book.js';
import { installKeyBook } from './key-book.js';

export { DiskStore } from './disk/disk-store.js';
export type { DiskStoreOptions } from './disk/disk-options.js';
export { explain, type Explanation, type MissReason } from './explain.js';
export { openKeys } from './key/book.js';
export { fileKey, type FileKeyOptions } from './key/file-key.js';
export type { StoreLimits } from './limits.js';
export { MemoryStore } from './memory-store.js';
export type {
  EntryFacts,
  FindOptions,
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

// What makes keys is of no use without a store, and takes time to load.
installKeyBook(localKeyBook);
