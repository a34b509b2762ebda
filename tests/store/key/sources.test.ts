import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { node } from '../../../src/index.js';
import type { Future } from '../../../src/graph/future.js';
import { specOf } from '../../../src/graph/node.js';
import type { NodeOptions } from '../../../src/index.js';
import { importsOf } from '../../../src/store/key/imports.js';
import { freshKeys, PackageFolder } from './support.js';

let folder: PackageFolder;

beforeEach(() => {
  folder = new PackageFolder();
});

afterEach(() => {
  folder.remove();
});

const APP = {
  'app/package.json': '{ "name": "app", "version": "1.0.0", "type": "module" }',
  'app/src/main.js': "import { a } from './a.js';\nexport const main = a;\n",
  'app/src/a.js': 'export const a = 1;\n',
};

/** The key of a call of a node in app/src/main.js, and the files that it stands for, as a new process sees them. */
function seen(options: NodeOptions & { readonly outputs?: never } = {}, file = 'app/src/main.js') {
  const keys = freshKeys();
  const future = folder.call(file, options, 1);
  return { key: keys.keyOf(future), facts: keys.factsOf(future) };
}

/** What stands for the source of a function that is a node. */
function sourceOf(body: (x: number) => number, options: NodeOptions & { readonly outputs?: never }): string {
  return freshKeys().stampOf(node(body, { name: 'f', ...options })(1)._spec.identity).source;
}

/** Whether the key changes with a change of files. */
function changes(files: Readonly<Record<string, string>>, options: NodeOptions & { readonly outputs?: never } = {}) {
  const before = seen(options);
  expect(seen(options)).toEqual(before);
  folder.write(files);
  return seen(options).key !== before.key;
}

describe('the name of a node', () => {
  test('is that of its package, the path in it, and its own', () => {
    folder.write(APP);
    expect(seen().facts.stamp?.node).toBe('app:src/main.js#compute');
  });

  test('is the same wherever the package lies', () => {
    folder.write(APP);
    const { key } = seen();
    const elsewhere = new PackageFolder().write(APP);
    expect(freshKeys().keyOf(elsewhere.call('app/src/main.js', {}, 1))).toBe(key);
    elsewhere.remove();
  });

  test('passes over files of packages that have no name', () => {
    folder.write({ ...APP, 'app/src/package.json': '{ "type": "module" }' });
    expect(seen().facts.stamp?.node).toBe('app:src/main.js#compute');
  });

  test('without a package that has a name tells folders apart, without their paths', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lazydag-unnamed-'));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(elsewhere, path)), { recursive: true });
      writeFileSync(join(elsewhere, path), text);
    };
    const stampAt = (path: string): string => {
      write(path, '1');
      const body = (x: number): number => x;
      const call = node(body, { name: 'load', version: '1', module: join(elsewhere, path) })(1);
      return freshKeys().factsOf(call).stamp?.node ?? '';
    };
    const bare = [stampAt('a/load.mjs'), stampAt('b/load.mjs')];
    expect(new Set(bare).size).toBe(2);
    for (const name of bare) expect(name).toMatch(/^~[0-9a-f]{16}:load\.mjs#load$/u);
    write('c/package.json', '{ "type": "module" }');
    write('d/package.json', '{ "type": "module" }');
    const inPackages = ['c/x/load.mjs', 'c/y/load.mjs', 'd/x/load.mjs'].map(stampAt);
    expect(inPackages.map((name) => name.split(':')[1])).toEqual([
      'x/load.mjs#load',
      'y/load.mjs#load',
      'x/load.mjs#load',
    ]);
    expect(new Set(inPackages.map((name) => name.split(':')[0])).size).toBe(2);
    rmSync(elsewhere, { recursive: true });
  });

  test('is without the query that loads a module again', () => {
    folder.write(APP);
    const future = node((x: number) => x, {
      name: 'compute',
      module: `file://${folder.path('app/src/main.js')}?v=2#x`,
    })(1);
    expect(freshKeys().factsOf(future).stamp?.node).toBe('app:src/main.js#compute');
  });

  test('of a method has the class in it', () => {
    folder.write(APP);
    const module = folder.path('app/src/main.js');
    class Stats {
      @node({ module })
      static mean(x: number): number {
        return x;
      }
    }
    const future = Stats.mean(1) as unknown as Future;
    expect(freshKeys().factsOf(future).stamp?.node).toBe('app:src/main.js#Stats.mean');
  });
});

describe("source: 'imports', the default", () => {
  test('counts the file and what it imports', () => {
    folder.write(APP);
    expect(seen().facts.files).toEqual({ 'src/main.js': expect.any(String), 'src/a.js': expect.any(String) });
    expect(changes({ 'app/src/main.js': `${APP['app/src/main.js']} ` })).toBe(true);
    expect(changes({ 'app/src/a.js': 'export const a = 2;\n' })).toBe(true);
    expect(changes({ 'app/src/unrelated.js': 'export const b = 2;\n' })).toBe(false);
  });

  test.each<[string, string]>([
    ['an import for its effect', "import './x.js';"],
    ['an import of many lines', 'import {\n  a,\n  b as c,\n} from "./x.js";'],
    ['a re-export', "export { x } from './x.js';"],
    ['a re-export of all', "export * from './x.js';"],
    ['a dynamic import', "export const f = () => import('./x.js');"],
    ['a dynamic import of a template', 'export const f = () => import(`./x.js`);'],
    ['require()', "const x = require('./x.js');"],
    ['require() without the extension', "const x = require('./x');"],
    ['an import with a query', "import './x.js?raw';"],
    ['an import by URL', "import 'URL';"],
  ])('follows %s', (_name, text) => {
    const main = text.replace('URL', `file://${folder.path('app/src/x.js')}`);
    folder.write({ ...APP, 'app/src/main.js': main, 'app/src/x.js': "import './y.js';", 'app/src/y.js': '1;' });
    expect(changes({ 'app/src/y.js': '2;' })).toBe(true);
  });

  test('counts JSON, and files of other sorts', () => {
    folder.write({
      ...APP,
      'app/src/main.js': "import d from './d.json' with { type: 'json' };\nimport t from '../t.txt';",
      'app/src/d.json': '{"import": "import \'./a.js\'"}',
      'app/t.txt': 'one',
    });
    expect(Object.keys(seen().facts.files ?? {})).toEqual(['src/d.json', 'src/main.js', 't.txt']);
    expect(changes({ 'app/src/d.json': '{}' })).toBe(true);
    expect(changes({ 'app/t.txt': 'two' })).toBe(true);
  });

  test('tells files of one name outside of any package apart', () => {
    folder.write({
      ...APP,
      'app/src/main.js': "import '../../one/x.js';\nimport '../../two/x.js';",
      'one/x.js': '1',
      'two/x.js': '1',
    });
    // Of the package that all of this lies in.
    folder.write({ 'package.json': '{ "name": "around" }' });
    expect(Object.keys(seen().facts.files ?? {})).toEqual(['around:one/x.js', 'around:two/x.js', 'src/main.js']);
    expect(changes({ 'one/x.js': '2' })).toBe(true);
    expect(changes({ 'two/x.js': '2' })).toBe(true);
    const alone = mkdtempSync(join(tmpdir(), 'lazydag-unnamed-'));
    for (const name of ['a', 'one', 'two']) mkdirSync(join(alone, name));
    writeFileSync(join(alone, 'a', 'main.js'), "import '../one/x.js';\nimport '../two/x.js';");
    for (const name of ['one', 'two']) writeFileSync(join(alone, name, 'x.js'), '1');
    const { files } = freshKeys().factsOf(
      node((x: number) => x, { name: 'n', module: join(alone, 'a', 'main.js') })(1),
    );
    expect(Object.keys(files ?? {})).toEqual(['../one/x.js', '../two/x.js', 'main.js']);
    rmSync(alone, { recursive: true });
  });

  test('comes to an end where modules import each other', () => {
    folder.write({
      ...APP,
      'app/src/a.js': "import './b.js';",
      'app/src/b.js': "import './c.js';\nimport './main.js';",
      'app/src/c.js': "import './a.js';\nimport './c.js';",
    });
    expect(Object.keys(seen().facts.files ?? {})).toEqual(['src/a.js', 'src/b.js', 'src/c.js', 'src/main.js']);
    expect(changes({ 'app/src/c.js': "import './a.js';" })).toBe(true);
  });

  test('a file that is missing counts as missing, until it is there', () => {
    folder.write({ ...APP, 'app/src/a.js': "import './gone.js';" });
    expect(seen().facts.files).toMatchObject({ 'src/gone.js': 'missing' });
    expect(changes({ 'app/src/gone.js': '' })).toBe(true);
  });

  test('what stands in comments only, and what node brings along, do no harm', () => {
    folder.write({
      ...APP,
      'app/src/main.js':
        "import fs from 'node:fs';\nimport 'path';\n// import './no.js'\nimport 'data:text/javascript,1';",
    });
    expect(seen().facts.files).toEqual({ 'src/main.js': expect.any(String) });
  });

  test('a source is read once by a process, since what runs is what was loaded', () => {
    folder.write(APP);
    const keys = freshKeys();
    const before = keys.keyOf(folder.call('app/src/main.js', {}, 1));
    folder.write({ 'app/src/a.js': 'changed' });
    expect(keys.keyOf(folder.call('app/src/main.js', {}, 1))).toBe(before);
  });
});

describe('packages', () => {
  const WITH = {
    ...APP,
    'app/src/main.js': "import { b } from 'dep/sub.js';\nimport '@scope/other';\nimport 'absent';",
  };

  test('count by their version', () => {
    folder.write({
      ...WITH,
      'app/node_modules/dep/package.json': '{ "name": "dep", "version": "1.2.3" }',
      'app/node_modules/dep/sub.js': '1',
      'app/node_modules/@scope/other/package.json': '{ "name": "@scope/other", "version": "2.0.0" }',
    });
    expect(seen().facts.files).toEqual({
      'src/main.js': expect.any(String),
      'node_modules/dep': 'dep@1.2.3',
      'node_modules/@scope/other': '@scope/other@2.0.0',
      absent: 'missing',
    });
    expect(changes({ 'app/node_modules/dep/sub.js': '2' })).toBe(false);
    expect(changes({ 'app/node_modules/dep/package.json': '{ "name": "dep", "version": "1.2.4" }' })).toBe(true);
  });

  test('are found in folders further up, the nearest first', () => {
    folder.write({ ...WITH, 'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }' });
    expect(seen().facts.files).toMatchObject({ 'node_modules/dep': 'dep@1.0.0' });
    folder.write({ 'app/node_modules/dep/package.json': '{ "name": "dep", "version": "2.0.0" }' });
    expect(seen().facts.files).toMatchObject({ 'node_modules/dep': 'dep@2.0.0' });
  });

  test('that are linked count by their source', () => {
    folder
      .write({
        ...APP,
        'app/src/main.js': "import 'linked';\nimport 'linked/extra';",
        'libs/linked/package.json': JSON.stringify({
          name: 'linked',
          version: '1.0.0',
          exports: { '.': { types: './no.d.ts', import: './src/index.js' }, './*': './src/*.js' },
        }),
        'libs/linked/src/index.js': "import './deep.js';",
        'libs/linked/src/deep.js': '1',
        'libs/linked/src/extra.js': '1',
        'libs/linked/src/unused.js': '1',
      })
      .link('app/node_modules/linked', 'libs/linked');
    expect(Object.keys(seen().facts.files ?? {})).toEqual([
      'linked:src/deep.js',
      'linked:src/extra.js',
      'linked:src/index.js',
      'src/main.js',
    ]);
    expect(changes({ 'libs/linked/src/deep.js': '2' })).toBe(true);
    expect(changes({ 'libs/linked/src/extra.js': '2' })).toBe(true);
    expect(changes({ 'libs/linked/src/unused.js': '2' })).toBe(false);
  });

  test('that are linked into a folder of packages, as some package managers do, count by their version', () => {
    folder
      .write({
        ...APP,
        'app/src/main.js': "import 'dep';",
        'app/node_modules/.pnpm/dep@1/node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
      })
      .link('app/node_modules/dep', 'app/node_modules/.pnpm/dep@1/node_modules/dep');
    expect(seen().facts.files).toMatchObject({ 'node_modules/dep': 'dep@1.0.0' });
  });

  test('a linked package without exports is followed by its main file', () => {
    folder
      .write({
        ...APP,
        'app/src/main.js': "const x = require('linked');",
        'libs/linked/package.json': '{ "name": "linked", "main": "lib/main.js" }',
        'libs/linked/lib/main.js': '1',
      })
      .link('app/node_modules/linked', 'libs/linked');
    expect(changes({ 'libs/linked/lib/main.js': '2' })).toBe(true);
  });

  test('their own name and #imports lead to their own files', () => {
    folder.write({
      ...APP,
      'app/package.json': JSON.stringify({
        name: 'app',
        exports: { './tools/*': { node: { import: './src/*.js' } } },
        imports: { '#one': './src/one.js', '#many/*.js': ['./src/*.js'], '#dep': 'dep' },
      }),
      'app/src/main.js':
        "import 'app/tools/self';\nimport '#one';\nimport '#many/two.js';\nimport '#dep';\nimport '#no';",
      'app/src/self.js': '1',
      'app/src/one.js': '1',
      'app/src/two.js': '1',
      'app/node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
    });
    expect(seen().facts.files).toMatchObject({ 'node_modules/dep': 'dep@1.0.0', '#no': 'missing' });
    for (const name of ['self', 'one', 'two']) expect(changes({ [`app/src/${name}.js`]: '2' })).toBe(true);
  });

  test('a linked package that does not export what is asked for counts as missing there', () => {
    folder
      .write({
        ...APP,
        'app/src/main.js': "import 'linked';\nimport 'linked/hidden.js';",
        'libs/linked/package.json': '{ "name": "linked", "exports": { "require": "./only.cjs" } }',
        'libs/linked/only.cjs': '1',
        'libs/linked/hidden.js': '1',
      })
      .link('app/node_modules/linked', 'libs/linked');
    expect(seen().facts.files).toMatchObject({ 'linked:only.cjs': expect.any(String), 'linked:hidden.js': 'missing' });
  });

  test('this library counts by its version', () => {
    folder.write({ ...APP, 'app/src/main.js': "import { node } from 'lazydag';\nimport 'lazydag/store';" });
    expect(seen().facts.files).toMatchObject({ 'node_modules/lazydag': '9.9.9' });
  });

  test('nodes of an installed package are identified by that package', () => {
    folder.write({
      'app/node_modules/nodes/package.json': '{ "name": "nodes", "version": "1.0.0" }',
      'app/node_modules/nodes/lib/index.js': "import './inner.js';",
      'app/node_modules/nodes/lib/inner.js': '1',
    });
    const { facts } = seen({}, 'app/node_modules/nodes/lib/index.js');
    expect(facts.stamp?.node).toBe('nodes:lib/index.js#compute');
    expect(Object.keys(facts.files ?? {})).toEqual(['lib/index.js', 'lib/inner.js']);
  });
});

describe('TypeScript', () => {
  test('is found behind the names of what it becomes', () => {
    folder.write({
      ...APP,
      'app/src/main.js': '',
      'app/src/main.ts':
        "import './a.js';\nimport './b.mjs';\nimport './c';\nimport './d';\nimport type { T } from './t.js';",
      'app/src/a.js': '',
      'app/src/a.ts': '1',
      'app/src/b.mts': '1',
      'app/src/c.tsx': '1',
      'app/src/d/index.ts': '1',
      'app/src/t.ts': 'export type T = 1;',
    });
    const { facts } = seen({}, 'app/src/main.ts');
    // Next to what was compiled from it, loaders differ in which they take.
    expect(Object.keys(facts.files ?? {})).toEqual(
      ['a.js', 'a.ts', 'b.mts', 'c.tsx', 'd/index.ts', 'main.ts'].map((name) => `src/${name}`),
    );
  });

  test('that is more than JavaScript with types is read, too', () => {
    folder.write({
      ...APP,
      'app/src/main.tsx':
        "import a, { type B } from './g.js';\nexport { c } from './c.js';\nimport './d.js';\nenum Odd { A = 1 }\n" +
        'class P { constructor(private readonly x: number) {} }\n@decorated class Q {}\n' +
        "const view = <div title='it is'>it's</div>;\nconst lazy = import('./e.js');\nconst r = require('./f.js');",
      'app/src/c.ts': '1',
      'app/src/d.ts': '1',
      'app/src/e.ts': '1',
      'app/src/f.ts': '1',
      'app/src/g.ts': '1',
    });
    const { facts } = seen({}, 'app/src/main.tsx');
    expect(Object.keys(facts.files ?? {})).toEqual(
      ['c', 'd', 'e', 'f', 'g'].map((name) => `src/${name}.ts`).concat('src/main.tsx'),
    );
  });
});

describe('aliases of paths, which loaders of TypeScript follow', () => {
  const CONFIG = `{
    // as usual, with comments
    "extends": ["./none.json", "./config/base"],
    "compilerOptions": { "paths": { "@/*": ["./src/*"], "exact": ["./src/exact.ts"], "link": ["https://x/*"], }, /* and commas */ },
  }`;

  test('lead to files', () => {
    folder.write({
      ...APP,
      'app/tsconfig.json': CONFIG,
      'app/src/main.ts': "import '@/deep/x.js';\nimport '@/y';\nimport 'exact';\nimport 'link';",
      'app/src/deep/x.ts': '1',
      'app/src/y.ts': '1',
      'app/src/exact.ts': '1',
    });
    const names = Object.keys(seen({}, 'app/src/main.ts').facts.files ?? {});
    expect(names).toEqual(['link', 'src/deep/x.ts', 'src/exact.ts', 'src/main.ts', 'src/y.ts']);
  });

  test('are inherited, with the folder that names are relative to', () => {
    folder.write({
      ...APP,
      'app/tsconfig.json': '{ "extends": "./config/base" }',
      'app/config/base.json': '{ "compilerOptions": { "baseUrl": "../src", "paths": { "~/*": ["deep/*"] } } }',
      'app/src/main.ts': "import '~/x';\nimport 'deep/z';",
      'app/src/deep/x.ts': '1',
      'app/src/deep/z.ts': '1',
    });
    const names = Object.keys(seen({}, 'app/src/main.ts').facts.files ?? {});
    expect(names).toEqual(['src/deep/x.ts', 'src/deep/z.ts', 'src/main.ts']);
  });

  test('are none of JavaScript', () => {
    folder.write({ ...APP, 'app/tsconfig.json': CONFIG, 'app/src/main.js': "import '@/y';", 'app/src/y.ts': '1' });
    expect(seen().facts.files).toMatchObject({ '@/y': 'missing' });
  });
});

test('where a source cannot be parsed, what looks like an import is one', () => {
  const source = `
    import a, { b } from './1.js'; import './2.js'; export { c } from "./3.js"; export * from './4.js';
    const d = import('./5.js'), e = require("./6.js"), f = import(\`./7-\${a}.js\`), g = important('./8.js');
    import {
      h } from './9.js'`;
  const found = importsOf(source, () => {
    throw new SyntaxError('not mine');
  });
  expect(found.map(({ specifier }) => specifier).sort()).toEqual([1, 2, 3, 4, 5, 6, 9].map((n) => `./${n}.js`));
});

describe('what counts of the source', () => {
  test("'module': the file alone", () => {
    folder.write(APP);
    expect(changes({ 'app/src/a.js': 'changed' }, { source: 'module' })).toBe(false);
    expect(changes({ 'app/src/main.js': 'changed' }, { source: 'module' })).toBe(true);
    expect(seen({ source: 'module' }).facts.files).toEqual({ 'src/main.js': expect.any(String) });
  });

  test("'function': the text of the function", () => {
    folder.write(APP);
    expect(changes({ 'app/src/main.js': 'changed' }, { source: 'function' })).toBe(false);
    const module = folder.path('app/src/main.js');
    const source = (body: (x: number) => number): string => sourceOf(body, { source: 'function', module });
    expect(source((x) => x + 1)).toMatch(/^function:/u);
    expect(source((x) => x + 1)).toBe(source((x) => x + 1));
    expect(source((x) => x + 1)).not.toBe(source((x) => x + 2));
  });

  test("'none' and a version: nothing", () => {
    folder.write(APP);
    expect(changes({ 'app/src/main.js': 'changed' }, { source: 'none' })).toBe(false);
    expect(changes({ 'app/src/main.js': 'changed again' }, { version: '1' })).toBe(false);
    expect(seen({ version: '1', source: 'module' }).facts.stamp).toMatchObject({ source: '', version: '1' });
    expect(seen({ version: '1' }).key).not.toBe(seen({ version: '2' }).key);
  });

  test.each([
    ['data:text/javascript,1'],
    ['eval at x'],
    ['[eval]'],
    ['node:internal'],
    ['REPL1'],
    ['file://elsewhere/x.js'],
  ])('of what is in no file (%s), the text of the function', (module) => {
    expect(sourceOf((x) => x + 1, { module })).toBe(sourceOf((x) => x + 1, { module }));
    expect(sourceOf((x) => x + 1, { module })).not.toBe(sourceOf((x) => x + 2, { module }));
  });

  test('of a module whose file is gone, the text of the function', () => {
    folder.write({ 'app/package.json': APP['app/package.json'] });
    const { facts } = seen();
    expect(facts.stamp?.module).toBe('');
    expect(facts.stamp?.source).toMatch(/^imports:[0-9a-f]+$/u);
  });
});

describe('whether a node is what it was', () => {
  test('a loaded one is compared by its version and its source', () => {
    folder.write(APP);
    const stamp = freshKeys().factsOf(folder.call('app/src/main.js', { name: 'loaded' }, 1)).stamp;
    if (stamp === undefined) throw new Error('there is no stamp');
    const kept = folder.call('app/src/main.js', { name: 'loaded' }, 1);
    expect(freshKeys().isCurrent(stamp)).toBe(true);
    expect(freshKeys().isCurrent({ ...stamp, version: '2' })).toBe(false);
    folder.write({ 'app/src/a.js': 'changed' });
    expect(freshKeys().isCurrent(stamp)).toBe(false);
    expect(kept.state).toBe('idle');
  });

  test('its source is taken as it was then, whatever the way', () => {
    folder.write(APP);
    const module = folder.path('app/src/main.js');
    const fit = node((x: number) => x, { name: 'fit', module });
    const stamp = freshKeys().factsOf(fit.with({ source: 'function' })(1)).stamp;
    if (stamp === undefined) throw new Error('there is no stamp');
    folder.write({ 'app/src/main.js': 'changed' });
    expect(freshKeys().isCurrent(stamp)).toBe(true);
    expect(freshKeys().isCurrent(freshKeys().factsOf(fit.with({ source: 'none' })(1)).stamp ?? stamp)).toBe(true);
  });

  test('a method of which there is no instance yet is found without its class', () => {
    folder.write(APP);
    const module = folder.path('app/src/main.js');
    class Late {
      readonly rate = 1;
      @node({ module })
      run(x: number): number {
        return x * this.rate;
      }
    }
    const identity = specOf(Late.prototype.run)?.identity;
    if (identity === undefined) throw new Error('it is no node');
    const stamp = { ...freshKeys().stampOf(identity), node: 'app:src/main.js#Late.run' };
    const knowsBefore = identity.owner;
    expect(freshKeys().isCurrent(stamp)).toBe(true);
    expect(freshKeys().isCurrent({ ...stamp, source: 'imports:0' })).toBe(false);
    expect(new Late().rate).toBe(1);
    expect([knowsBefore, identity.owner]).toEqual([undefined, 'Late']);
    expect(freshKeys().isCurrent(stamp)).toBe(true);
    expect(freshKeys().stampOf(identity).node).toBe(stamp.node);
  });

  test('one that is not loaded is compared by its module and all it imports', () => {
    folder.write(APP);
    const keys = freshKeys();
    const { stamp } = keys.factsOf(folder.call('app/src/main.js', {}, 1));
    if (stamp === undefined) throw new Error('there is no stamp');
    const absent = { ...stamp, node: 'app:src/main.js#Absent.node' };
    const later = (): ReturnType<typeof freshKeys> => {
      const keys = freshKeys();
      keys.keyOf(folder.call('app/src/a.js', { name: 'other' }, 1)); // so that the package is known
      return keys;
    };
    expect(later().isCurrent(absent)).toBe(true);
    expect(later().isCurrent({ ...absent, node: 'app:src/none.js#absent' })).toBe(false);
    expect(later().isCurrent({ ...absent, node: 'unknown:src/main.js#absent' })).toBe(false);
    expect(later().isCurrent({ ...absent, node: 'no name at all' })).toBe(false);
    folder.write({ 'app/src/a.js': 'changed' });
    expect(later().isCurrent(absent)).toBe(false);
  });

  test('one of a folder without a package is found where that was met, and otherwise said not to be found', () => {
    const alone = mkdtempSync(join(tmpdir(), 'lazydag-unnamed-'));
    const module = join(alone, 'main.js');
    writeFileSync(module, '1');
    const unnamed = node((x: number) => x, { module })(1)._spec.identity;
    const stamp = freshKeys().stampOf(unnamed);
    expect(stamp.node).toMatch(/^~[0-9a-f]{16}:main\.js#anonymous-/u);
    expect(freshKeys().standingOf(stamp)).toBe('not found');
    expect(freshKeys().isCurrent(stamp)).toBe(false);
    const outer = node((x: number) => x, { name: 'outer', version: '1', module });
    const later = (): ReturnType<typeof freshKeys> => {
      const keys = freshKeys();
      keys.keyOf(outer(1)); // so that the folder is known
      return keys;
    };
    expect(later().standingOf(stamp)).toBe('current');
    writeFileSync(module, '2');
    expect(later().standingOf(stamp)).toBe('changed');
    rmSync(alone, { recursive: true });
    expect(later().standingOf(stamp)).toBe('not found');
  });

  test('one whose package was not met yet is looked for from the program and the current folder', () => {
    const stamp = { node: 'lazydag:package.json#absent', source: '', module: 'something' };
    expect(freshKeys().isCurrent(stamp)).toBe(false);
    expect(freshKeys().isCurrent({ ...stamp, node: 'fast-check:package.json#absent' })).toBe(false);
  });
});
