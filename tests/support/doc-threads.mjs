// Loaded before the programs of the documentation, in every thread: threads of a pool import programs for their nodes, and check nothing.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) globalThis.__doc = { equals() {}, missed() {}, threw() {} };
