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
} from '../graph/store.js';

// Runs find what makes keys once this entry point is there: without it there is no store to look in.
installKeyBook(localKeyBook);
