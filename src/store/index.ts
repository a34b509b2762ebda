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
