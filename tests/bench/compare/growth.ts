import type { ContenderName } from '../contenders/names.js';
import type { Figure } from './figure.js';

/** A cost per node that grows by at least this share of the growth in size is called quadratic. */
const quadraticShare = 0.5;

/**
 * Adds to `figure` what its size shows against the next smaller one: a cost per node that grows with the graph. A run
 * that was stopped counts with the time after which it was stopped.
 */
export function noteGrowth(figure: Figure, smaller: Figure | undefined, limit: number): Figure {
  const tooSlow = figure.note?.startsWith('over ') ?? false;
  const cost = tooSlow ? (limit * 1e6) / figure.nodes : figure.together;
  if (smaller === undefined || !(cost > 0)) return figure;
  const growth = cost / smaller.together / (figure.nodes / smaller.nodes);
  if (!(growth >= quadraticShare)) return figure;
  return { ...figure, note: [figure.note, 'quadratic'].filter(Boolean).join(', ') };
}

/** Contenders that gave no times on the largest graph so far: a larger one would tell nothing more. */
export function dropped(figures: readonly Figure[]): ReadonlySet<ContenderName> {
  const last = new Map(figures.map((figure) => [figure.contender, figure]));
  return new Set([...last.values()].filter((one) => one.samples.length === 0).map((one) => one.contender));
}
