import { compare } from '../compare/compare.js';
import type { Effort } from '../compare/compare.js';
import type { Figure } from '../compare/figure.js';
import { figuresTable } from '../compare/figures-table.js';
import { dropped, noteGrowth } from '../compare/growth.js';
import type { ContenderName } from '../contenders/names.js';
import type { Check, SuiteResult } from '../report/result.js';
import type { ShapeName } from '../shapes/shape.js';
import type { SuiteName } from './suite.js';

/** Graphs and contenders of one run of the overhead suites. */
export interface OverheadPlan {
  readonly suite: SuiteName;
  readonly graphs: readonly { readonly shape: ShapeName; readonly sizes: readonly number[] }[];
  readonly contenders: readonly ContenderName[];
  readonly effort: Effort;
  progress(what: string): void;
}

/** Limits of the chain: build and resolve together, over the sketch. */
const chainLimit = { sizes: [10_000, 1_000_000, 10_000_000], ratio: 2.5 };

/** Measures what a graph costs beyond its bodies: every shape, every size, every contender. */
export async function measureOverhead(plan: OverheadPlan): Promise<SuiteResult> {
  const tables = [];
  const records: Figure[] = [];
  for (const { shape, sizes } of plan.graphs) {
    const figures: Figure[] = [];
    for (const size of [...sizes].sort((a, b) => a - b)) {
      plan.progress(`${shape} ${size.toLocaleString('en-US')}`);
      const out = dropped(figures);
      const contenders = plan.contenders.filter((name) => !out.has(name));
      for (const figure of await compare({ shape, size }, contenders, plan.effort)) {
        const smaller = figures.findLast(({ contender }) => contender === figure.contender);
        figures.push(noteGrowth(figure, smaller, plan.effort.limit));
      }
    }
    tables.push(figuresTable(shape, figures, plan.effort.apart));
    records.push(...figures);
  }
  return { suite: plan.suite, tables, checks: checks(records, plan.effort.apart), records };
}

function checks(figures: readonly Figure[], apart: boolean): readonly Check[] {
  return figures
    .filter(({ contender, shape }) => contender === 'lazydag' && shape === 'chain')
    .filter(({ size }) => chainLimit.sizes.includes(size))
    .map(({ size, ratio }) => ({
      name: `chain of ${size.toLocaleString('en-US')}: lazydag over sketch${apart ? ', processes apart' : ''}`,
      measured: ratio,
      limit: chainLimit.ratio,
    }));
}
