import { DiskStore } from '../../src/store/disk/disk-store.js';
import { conformance } from './conformance.js';
import { folders } from './folders.js';

const folder = folders();

conformance('DiskStore', (limits) => new DiskStore({ path: folder(), ...limits }));
conformance('DiskStore, compressed, with SHA-256', (limits) => {
  return new DiskStore({ path: folder(), compress: true, hash: 'sha256', ...limits });
});
