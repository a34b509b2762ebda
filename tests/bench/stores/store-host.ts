import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrays } from './arrays.js';
import { entries } from './entries.js';
import { keys } from './keys.js';
import type { StorePartName } from './names.js';
import type { Part, PartOptions } from './part.js';
import { processes } from './processes.js';
import { small } from './small.js';
import { warm } from './warm.js';

/** What is measured, by name. */
const parts: Readonly<Record<StorePartName, Part>> = { small, arrays, keys, entries, warm, processes };

const [part, options = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'lazydag-bench-store-'));
try {
  // The suite gives no other names, and these options.
  const given = JSON.parse(options) as Omit<PartOptions, 'folder'>;
  console.log(JSON.stringify(await parts[part as StorePartName]({ ...given, folder })));
} finally {
  await rm(folder, { recursive: true, force: true });
}
