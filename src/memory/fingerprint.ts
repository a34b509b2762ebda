import { eachBuffer } from './buffers.js';

/** A text that changes when any byte of a value's buffers does, but for a chance of one in four billion each. */
export function fingerprint(value: unknown): string {
  const hashes: number[] = [];
  const meet = (bytes: Uint8Array): void => {
    let hash = 0x811c9dc5; // FNV-1a
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    hashes.push(hash);
  };
  eachBuffer(value, {
    view: (view) => {
      meet(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    },
    buffer: (buffer) => {
      meet(new Uint8Array(buffer));
    },
  });
  return hashes.join();
}
