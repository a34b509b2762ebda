import { installKeyBook } from './key-book.js';
import { localKeyBook } from './key/book.js';

export { explain, type Explanation, type MissReason } from './explain.js';
export { fileKey, type FileKeyOptions } from './key/file-key.js';
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
} from './store.js';

// What makes keys is of no use without a store, and takes time to load.
installKeyBook(localKeyBook);
