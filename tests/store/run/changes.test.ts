import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { root } from '../../support/paths.js';
import { inFolder } from './folder.js';

const run = promisify(execFile);

const FILES = {
  'package.json': JSON.stringify({ name: 'lab', version: '1.0.0', type: 'module' }),
  'scale.js': 'export const scale = 2;\n',
  // By a path that is computed, so that only what ran tells of it.
  'outer.js': `
    import { node } from 'lazydag';
    const { inner } = await import(['.', 'inner.js'].join('/'));
    export const outer = node((x) => (console.log('outer'), inner(x)), { name: 'outer', persist: 'disk' });
    export const after = node((x) => (console.log('after'), x + 1), { name: 'after', persist: 'disk' });
  `,
  'inner.js': `
    import { node } from 'lazydag';
    import { scale } from './scale.js';
    export const inner = node((x) => (console.log('inner'), x * scale), { name: 'inner' });
  `,
  'main.js': `
    import { DiskStore, explain } from 'lazydag/store';
    import { after, outer } from './outer.js';
    const store = new DiskStore({ path: process.argv[2] });
    const future = after(outer(21));
    const { reason } = await explain(future, store);
    console.log(await future.resolve({ store }), reason ?? 'hit');
    await store.close();
  `,
};

test('a result is computed again when something has changed that its body, or one before it, has called', async () => {
  await inFolder(async (folder) => {
    const change = (name: string, text: string): void => {
      writeFileSync(join(folder, name), text);
    };
    for (const [name, text] of Object.entries(FILES)) change(name, text);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'lazydag'));
    const lines = async (): Promise<string[]> => {
      const { stdout } = await run(process.execPath, [join(folder, 'main.js'), join(folder, 'store')]);
      return stdout.trim().split('\n');
    };
    expect(await lines()).toEqual(['outer', 'inner', 'after', '43 never stored']);
    expect(await lines()).toEqual(['43 hit']);
    change('scale.js', 'export const scale = 3;\n');
    expect(await lines()).toEqual(['outer', 'inner', 'after', '64 nested node changed']);
    expect(await lines()).toEqual(['64 hit']);
    change('outer.js', FILES['outer.js'].replace('x + 1', 'x + 2'));
    expect(await lines()).toEqual(['outer', 'inner', 'after', '65 source changed']);
  });
}, 60_000);
