import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { libraryUrl } from '../contenders/library.js';
import { median, spread } from '../report/statistics.js';
import { digits, times } from '../report/table.js';
import type { Suite } from './suite.js';

const entry = fileURLToPath(new URL('../.build/import-time.js', import.meta.url));
const ratioLimit = 1.5;

/** Time to import the library, against its two dependencies alone. */
export const importTime: Suite = {
  name: 'import',
  description: 'time to import lazydag, against graphology and reflect-metadata alone',
  contenders: ['lazydag'],
  async run({ rounds = 25, progress }) {
    const dependencies = { name: 'graphology + reflect-metadata', times: [] as number[] };
    const library = { name: 'lazydag', times: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1}`);
      dependencies.times.push(await importTimeOf(['graphology', 'reflect-metadata']));
      library.times.push(await importTimeOf([libraryUrl]));
    }
    const ratio = median(library.times) / median(dependencies.times);
    return {
      suite: 'import',
      tables: [
        {
          title: `import, fresh processes, median of ${rounds}`,
          columns: ['', 'time', 'spread', 'ratio'],
          rows: [dependencies, library].map((one) => [
            one.name,
            `${digits(median(one.times))} ms`,
            `${(spread(one.times) * 100).toFixed(0)} %`,
            times(median(one.times) / median(dependencies.times)),
          ]),
        },
      ],
      checks: [{ name: 'import of lazydag over its dependencies', measured: ratio, limit: ratioLimit }],
      records: [dependencies, library],
    };
  },
};

/** Milliseconds that a fresh process takes to import `specifiers`. */
async function importTimeOf(specifiers: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ...specifiers]);
  return Number(stdout);
}
