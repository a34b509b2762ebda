import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import type { Future } from '../../../src/graph/future.js';
import type { NodeOptions } from '../../../src/index.js';
import { root } from '../../support/paths.js';
import { freshKeys, PackageFolder } from './support.js';

const run = promisify(execFile);
let folder: PackageFolder;

beforeEach(() => {
  folder = new PackageFolder().write({
    'app/package.json': '{ "name": "app", "type": "module" }',
    'app/main.js': "import './a.js';",
    'app/a.js': '1',
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  folder.remove();
});

/** A call of a node that was defined before, or after, all files were written. */
function callAt(offset: number, options: NodeOptions & { readonly outputs?: never } = {}): Future {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + offset);
  return folder.call('app/main.js', options, 1);
}

describe('a node whose source has changed after it was defined', () => {
  test('has a key that nobody else finds, and a warning names the file once', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const trusted = freshKeys().factsOf(callAt(60_000)).stamp;
    expect(warn).not.toHaveBeenCalled();
    const keys = freshKeys();
    const old = callAt(-120_000);
    const untrusted = keys.factsOf(old).stamp;
    expect(untrusted?.source).toContain(trusted?.source);
    expect(untrusted?.source).not.toBe(trusted?.source);
    expect(untrusted?.module).not.toBe(trusted?.module);
    expect(keys.keyOf(old)).not.toBe(freshKeys().keyOf(callAt(240_000)));
    keys.keyOf(callAt(-120_000, { name: 'second' }));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/(?:a|main)\.js has changed since the node compute/u), {
      code: 'DAG_SOURCE_CHANGED',
    });
  });

  test.each<NodeOptions & { readonly outputs?: never }>([{ version: '1' }, { source: 'none' }, { source: 'function' }])(
    'is trusted where no file counts: %p',
    (options) => {
      const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
      const key = freshKeys().keyOf(callAt(60_000, options));
      expect(freshKeys().keyOf(callAt(-120_000, options))).toBe(key);
      expect(warn).not.toHaveBeenCalled();
    },
  );

  test('is not found under the new source by the next process; one in a module that was made before it was loaded is', async () => {
    const nodeFile = (factor: number): string =>
      `import { node } from 'lazydag';\nexport const scale = node((x) => ${factor.toString()} * x, { name: 'scale', persist: 'disk' });\n`;
    folder.link('node_modules/lazydag', relative(folder.root, root)).write({
      'app/edited.js': nodeFile(2),
      'app/main.js': `
        import { statSync, writeFileSync } from 'node:fs';
        import { DiskStore, explain } from 'lazydag/store';
        import { scale } from './edited.js';
        const generated = new URL('./generated.js', import.meta.url);
        const made = Date.now();
        writeFileSync(generated, ${JSON.stringify(nodeFile(5))});
        const other = (await import(generated.href)).scale;
        if (process.argv[3] === 'edit') {
          // The clock of files may be behind by some milliseconds: until it is later for sure.
          const edited = new URL('./edited.js', import.meta.url);
          do writeFileSync(edited, ${JSON.stringify(nodeFile(3))});
          while (statSync(edited).mtimeMs < made + 50);
        }
        const store = new DiskStore({ path: process.argv[2] });
        for (const future of [scale(7), other(7)]) {
          const { status } = await explain(future, store);
          console.log(status, await future.resolve({ store }));
        }
        await store.close();
      `,
    });
    const lines = async (...args: string[]): Promise<{ lines: string[]; stderr: string }> => {
      const { stdout, stderr } = await run(process.execPath, [
        folder.path('app/main.js'),
        folder.path('store'),
        ...args,
      ]);
      return { lines: stdout.trim().split('\n'), stderr };
    };
    const first = await lines('edit');
    expect(first.lines).toEqual(['miss 14', 'miss 35']);
    expect(first.stderr.match(/DAG_SOURCE_CHANGED/gu)).toHaveLength(1);
    expect(first.stderr).toContain('edited.js has changed');
    const second = await lines();
    expect(second.lines).toEqual(['miss 21', 'hit 35']);
    expect(second.stderr).not.toContain('DAG_SOURCE_CHANGED');
    expect((await lines()).lines).toEqual(['hit 21', 'hit 35']);
  }, 60_000);
});
