import { chain } from './chain.js';
import { fanIn } from './fan-in.js';
import { ladder } from './ladder.js';
import { random } from './random.js';
import { recursion } from './recursion.js';
import type { Shape, ShapeName } from './shape.js';
import { tree } from './tree.js';

/** Every shape by its name. */
export const shapes: Readonly<Record<ShapeName, Shape>> = {
  chain,
  'fan-in': fanIn,
  tree,
  ladder,
  random,
  recursion,
};
