import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { callSiteOf, formatCallSite, type CallSite } from '../../src/graph/call-site.js';

/** A captured stack with these lines. */
function stack(...frames: readonly string[]): Error {
  return Object.assign(new Error(), { stack: ['Error', ...frames.map((frame) => `    at ${frame}`)].join('\n') });
}

function siteOf(...frames: readonly string[]): CallSite | undefined {
  return callSiteOf(stack(...frames));
}

/** What a script of a file evaluates to. */
function run(code: string, filename: string): unknown {
  return runInThisContext(code, { filename });
}

const FILES = [
  '/srv/app/main.js',
  '/home/me/a (copy) b/x.js',
  '/odd) x(/y.js',
  '/x (/y.js',
  'file:///srv/app/main.js',
  'file:///home/me/a%20(copy)%20b/x.mjs?again=1',
  'file:///C:/Users/me/x.js',
  'C:\\Users\\a b (c)\\x.js',
  'd:/app/x.js',
  '\\\\server\\share\\x.js',
  'webpack-internal:///./src/x.js',
];

/** Names of functions as V8 writes them. */
const NAMES = [
  'f',
  'Object.<anonymous>',
  '<anonymous>',
  'new Filter',
  'Filter.run [as body]',
  'get rate [as rate]',
  '#draw',
  '<static_initializer>',
  'GET /users',
  '/',
  'a (b) c',
  'async load',
  'async Object.all users',
];

describe('callSiteOf', () => {
  describe.each(FILES)('a frame in %s', (file) => {
    it('without a name tells of its place', () => {
      expect(siteOf(`${file}:12:34`)).toEqual({ file, line: 12, column: 34 });
      expect(siteOf(`async ${file}:12:34`)).toEqual({ file, line: 12, column: 34 });
    });

    it.each(NAMES)('with the name %s tells of its place', (name) => {
      expect(siteOf(`${name} (${file}:12:34)`)).toEqual({ file, line: 12, column: 34 });
    });

    it('as this engine writes it tells of its place', () => {
      const made = [
        '\nnew Error()',
        '\n(() => new Error())()',
        '(function f() { return (\nnew Error()) })()',
        "({ 'GET /users'() { return (\nnew Error()) } })['GET /users']()",
        "({ 'a (b) c'() { return (\nnew Error()) } })['a (b) c']()",
        'new (class A { #p() { return (\nnew Error()) } q() { return this.#p() } })().q()',
        '({ get x() { return (\nnew Error()) } }).x',
        '[1].map(() => (\nnew Error()))[0]',
      ];
      for (const code of made) expect(callSiteOf(run(code, file) as Error)).toMatchObject({ file, line: 2 }); // as it says
    });
  });

  it('takes a URL for the place, though the name looks like a path', () => {
    const file = 'file:///srv/routes.js';
    expect(siteOf(`GET (/users) (${file}:1:2)`)).toEqual({ file, line: 1, column: 2 });
  });

  it('passes over frames without a place', () => {
    const frames = [
      'async Promise.all (index 0)',
      'Array.map (<anonymous>)',
      'new Promise (<anonymous>)',
      'f (native)',
    ];
    expect(siteOf(...frames)).toBeUndefined();
    expect(siteOf(...frames, 'async /srv/app/main.js:5:6')).toEqual({ file: '/srv/app/main.js', line: 5, column: 6 });
  });

  it('finds the place behind awaited promises', async () => {
    const error = (await run(
      '(async () => { const inner = async () => { await 1; throw new Error() };\n' +
        'try { await Promise.all([inner()]) } catch (error) { return error } })()',
      '/srv/a b/async.js',
    )) as Error;
    const frames = (error.stack ?? '').split('\n');
    const awaited = frames.findIndex((frame) => frame.includes('async Promise.all (index 0)'));
    expect(awaited).toBeGreaterThan(0);
    const below = Object.assign(new Error(), { stack: ['Error', ...frames.slice(awaited)].join('\n') });
    expect(callSiteOf(below)).toMatchObject({ file: '/srv/a b/async.js', line: 2 });
  });

  it('passes over Node.js and the library itself, by URL and by path', () => {
    const own = new URL('../../src/graph/call.ts', import.meta.url).href;
    const frames = ['run (node:internal/x:1:2)', `call (${own}:1:2)`, `${fileURLToPath(own)}:1:2`, 'node:fs:3:4'];
    expect(siteOf(...frames)).toBeUndefined();
    expect(siteOf(...frames, 'f (/srv/main.js:7:8)')?.file).toBe('/srv/main.js');
  });

  it('gives what was evaluated from a text a place of its own', () => {
    const error = run("eval('\\n new Error()')", '/srv/main.js') as Error;
    const site = callSiteOf(error);
    expect(site).toEqual({
      file: expect.stringMatching(/^eval at .*main\.js:1:1\), <anonymous>$/),
      line: 2,
      column: 2,
    });
    expect(site === undefined ? '' : formatCallSite(site)).toBe('<anonymous>:2:2');
  });
});

describe('formatCallSite', () => {
  it.each([
    ['/srv/app/main.js', 'app/main.js:1:2'],
    ['file:///srv/a%20b/main.js', 'a%20b/main.js:1:2'],
    ['C:\\Users\\me\\x.js', 'me/x.js:1:2'],
    ['/main.js', '/main.js:1:2'],
  ])('shows the end of %s', (file, text) => {
    expect(formatCallSite({ file, line: 1, column: 2 })).toBe(text);
  });
});
