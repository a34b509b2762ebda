import { core } from './core.js';
import { demo } from './demo.js';
import { heap } from './heap.js';
import { importTime } from './import.js';
import { layout } from './layout.js';
import { live } from './live.js';
import { memory } from './memory.js';
import { pool } from './pool.js';
import { scale } from './scale.js';
import { stg } from './stg.js';
import { store } from './store.js';
import { stream } from './stream.js';
import type { Suite, SuiteName } from './suite.js';
import { workflows } from './workflows.js';

/** Every suite by its name. */
export const suites: Readonly<Record<SuiteName, Suite>> = {
  core,
  scale,
  heap,
  live,
  memory,
  pool,
  stream,
  layout,
  store,
  import: importTime,
  demo,
  stg,
  workflows,
};
