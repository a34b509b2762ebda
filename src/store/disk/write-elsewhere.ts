import type { PutOptions } from '../../graph/store.js';
import { node } from '../../graph/node.js';
import { writeBuffers, type BufferJob, type WrittenBuffer } from './write-buffers.js';

/** Writes buffers on the thread that it is run on, which finds it by this module. */
const writeThere = node((jobs: readonly BufferJob[]) => writeBuffers(jobs), {
  name: 'lazydag.writeBuffers',
  module: import.meta.url,
  executor: 'pool',
});

/** {@link writeBuffers} where the bodies of a run are run: buffers in memory that its threads share are not copied for that. */
export async function writeElsewhere(
  jobs: readonly BufferJob[],
  run: NonNullable<PutOptions['run']>,
): Promise<readonly WrittenBuffer[]> {
  return (await run(writeThere(jobs))) as readonly WrittenBuffer[]; // as the body gives them
}
