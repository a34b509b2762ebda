import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { root } from '../support/paths.js';

const run = promisify(execFile);
const folder = join(root, 'examples');
/** They have tests of their own, which run them in processes of their own, too. */
const APART: readonly string[] = [
  'mandelbrot.ts',
  'options.ts',
  'photo.ts',
  'sweep.ts',
  'throughput.ts',
  'timescales.ts',
  'units.ts',
  'warm-start.ts',
];
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts') && !APART.includes(name));
const IMPORTED = '-- imported';
/** What the tests choose where the defaults are large, or take long. */
const OPTIONS: Readonly<Record<string, object>> = {
  'cart-pole.ts': { seconds: 1 },
  'parallel.ts': { second: 100 },
  'rows.ts': { rows: 20_000 },
};

test('there are examples', () => {
  expect(examples).not.toEqual([]);
});

// As a user runs them, in processes of their own. An example runs itself only when it is the program, so importing it prints nothing.
test.each(examples)(
  '%s exports main(), which prints something',
  async (name) => {
    const program = `
      import(${JSON.stringify(pathToFileURL(join(folder, name)).href)}).then(({ main }) => {
        console.log(${JSON.stringify(IMPORTED)});
        return main(${JSON.stringify(OPTIONS[name])});
      });
    `;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--eval', program], { cwd: root });
    const [before, after = ''] = stdout.split(`${IMPORTED}\n`);
    expect(before).toBe('');
    expect(after.trim()).not.toBe('');
  },
  120_000,
);
