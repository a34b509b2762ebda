import type { Outcome } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import { runsInNode } from '../contenders/names.js';
import type { NodeContender } from '../contenders/names.js';
import { digits } from '../report/table.js';
import { shapes } from '../shapes/index.js';
import type { Suite } from './suite.js';

const contenders: readonly NodeContender[] = ['sketch', 'lazydag', 'promise', 'p-graph', 'signals', 'effect'];
const bytesLimit = 250;

/** Heap per unresolved node: a graph is built and weighed before anything runs. */
export const heap: Suite = {
  name: 'heap',
  description: 'heap bytes per unresolved node, chain of 1,000,000',
  contenders,
  async run({ sizes = [1_000_000], shapes: chosen = ['chain'], progress, ...options }) {
    const records = [];
    for (const shape of chosen) {
      for (const size of sizes) {
        for (const contender of options.contenders?.filter(runsInNode) ?? contenders) {
          progress(`${shape} ${size.toLocaleString('en-US')} ${contender}`);
          const outcome: Outcome<number> = await runChild(
            'heap',
            { shape, size, contender },
            { limit: options.limit ?? 60, flags: ['--expose-gc'] },
          );
          const perNode = outcome.ok ? outcome.value / shapes[shape].nodes(size) : NaN;
          records.push({ shape, size, contender, perNode, note: outcome.ok ? '' : outcome.reason });
        }
      }
    }
    return {
      suite: 'heap',
      tables: [
        {
          title: 'heap bytes per unresolved node',
          columns: ['shape', 'size', 'contender', 'bytes', ''],
          rows: records.map(({ shape, size, contender, perNode, note }) => [
            shape,
            size.toLocaleString('en-US'),
            contender,
            digits(perNode),
            note,
          ]),
          notes: ['promises are eager: theirs are the bytes of nodes about to run'],
        },
      ],
      checks: records
        .filter(({ contender, shape }) => contender === 'lazydag' && shape === 'chain')
        .map(({ perNode }) => ({
          name: 'heap bytes per unresolved node',
          measured: perNode,
          limit: bytesLimit,
        })),
      records,
    };
  },
};
