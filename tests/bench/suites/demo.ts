import { runChild } from '../child/run-child.js';
import { median } from '../report/statistics.js';
import type { Suite } from './suite.js';

const criticalPath = 4;

/** Seven async nodes of one second each, four of them in a row. */
export const demo: Suite = {
  name: 'demo',
  description: '7 async nodes of 1 s whose critical path is 4 s',
  contenders: ['lazydag'],
  async run({ rounds = 1, limit = 30, progress }) {
    const seconds: number[] = [];
    let failure = '';
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1}`);
      const outcome = await runChild('demo', { seconds: 1 }, { limit });
      if (outcome.ok) seconds.push(outcome.value);
      else failure = outcome.reason;
    }
    const measured = median(seconds);
    return {
      suite: 'demo',
      tables: [
        {
          title: 'seven async nodes of 1 s',
          columns: ['critical path', 'lazydag', ''],
          rows: [[`${criticalPath.toFixed(3)} s`, `${measured.toFixed(3)} s`, failure]],
        },
      ],
      checks: [{ name: '7-node demo, seconds', measured, limit: criticalPath * 1.01 }],
      records: [{ seconds }],
    };
  },
};
