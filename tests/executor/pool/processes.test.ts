import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { root } from '../../support/paths.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'lazydag-pool-'));

beforeAll(() => {
  // The package as it is installed: by its name, with the files of the build.
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'lazydag'), 'dir');
  const tsx = dirname(createRequire(import.meta.url).resolve('tsx/package.json'));
  symlinkSync(tsx, join(folder, 'node_modules', 'tsx'), 'dir');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What a program prints on both of its streams; one that fails, or does not end, fails the test with that. */
async function output(...args: string[]): Promise<string> {
  try {
    // tsx takes the settings from where it is started.
    const cwd = dirname(args.find((argument) => argument.startsWith(folder)) ?? folder);
    const { stdout, stderr } = await run(process.execPath, args, { cwd, timeout: 25_000 });
    return stdout + stderr;
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }; // what execFile collects
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** A script without any guard: its definitions, and then what it does with them. */
const SCRIPT = `
import { threadId } from 'node:worker_threads';
import { node, resolve, WorkerPool } from 'lazydag';

const square = node((x) => x * x, { name: 'square' });
const where = node((_x) => threadId > 0, { name: 'where' });

const pool = new WorkerPool({ threads: 2, placement: 'pool' });
try {
  console.log(await resolve([square(3), square(square(2)), where(1)], { executor: pool }));
  for await (const value of [await square(5).resolve({ executor: pool })]) console.log(value);
} catch (error) {
  console.log('failed', error);
  process.exit(1);
}
await pool.close();
console.log('end');
`;
const PRINTED = '[ 9, 16, true ]\n25\nend\n';

/** The same with a class, in both dialects of decorators. */
const TYPED = `
import { threadId } from 'node:worker_threads';
import { lazy, node, resolve, WorkerPool } from 'lazydag';

export class Shapes {
  readonly side: number = 2;
  @node()
  static square(x: number): number {
    return x * x;
  }
  @node({ name: 'cube' })
  cube(x: number): number {
    return x ** 3 * this.side;
  }
}
enum Kind {
  Inner = 5,
}
const where = node((_x: Kind): boolean => threadId > 0, { name: 'where' });

await using pool = new WorkerPool({ threads: 1, placement: 'pool' });
console.log(await resolve([lazy(Shapes).square(3), lazy(new Shapes()).cube(2), where(Kind.Inner)], { executor: pool }));
`;

describe('a program with a pool', () => {
  it('in one file runs unguarded, and its end once', async () => {
    expect(await output(write('script.mjs', SCRIPT))).toBe(PRINTED);
  });

  it('in one bundled file runs as well', async () => {
    const outfile = join(folder, 'bundle', 'bundled.mjs');
    await build({
      entryPoints: [write('script.mjs', SCRIPT)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
    });
    expect(await output(outfile)).toBe(PRINTED);
  });

  it('in CommonJS requires the package, and threads import the file', async () => {
    const script = `
const { node, resolve, WorkerPool } = require('lazydag');
const { threadId } = require('node:worker_threads');
const square = node((x) => x * x, { name: 'square' });
const where = node((_x) => threadId > 0, { name: 'where' });
async function main() {
  const pool = new WorkerPool({ threads: 2, placement: 'pool' });
  console.log(await resolve([square(3), square(square(2)), where(1)], { executor: pool }));
  await pool.close();
  console.log('end');
}
main();
`;
    const printed = await output('--disable-warning=ExperimentalWarning', write('script.cjs', script));
    expect(printed).toBe('[ 9, 16, true ]\nend\n');
  });

  it.each([
    ['standard decorators', 'standard', {}],
    ['experimentalDecorators', 'legacy', { experimentalDecorators: true }],
  ])('in TypeScript runs under tsx with %s', async (_, name, dialect) => {
    write(
      `${name}/tsconfig.json`,
      JSON.stringify({ compilerOptions: { target: 'ES2022', module: 'NodeNext', ...dialect } }),
    );
    const script = write(`${name}/shapes.ts`, TYPED);
    expect(await output('--import', 'tsx', script)).toBe('[ 9, 16, true ]\n');
  });

  it('shows source maps in errors, and the lines of bodies', async () => {
    const script = `
import { node, WorkerPool } from 'lazydag';
const fails = node(() => { throw new RangeError('here'); }, { name: 'fails' });
const pool = new WorkerPool({ threads: 1, placement: 'pool' });
await fails().resolve({ executor: pool }).catch(({ code, cause }) => {
  console.log(code, cause.message, /mapped\\.mjs:3/.test(cause.stack));
});
`;
    expect(await output('--enable-source-maps', write('mapped.mjs', script))).toBe('DAG_NODE_FAILED here true\n');
  });

  it('gives threads its arguments, and shows all that bodies wrote', async () => {
    const script = `
import { node, resolve, WorkerPool } from 'lazydag';
const power = Number(process.argv[2] ?? 1);
const raise = node((x) => { console.log('raising', x); return x ** power; }, { name: 'raise' });
const pool = new WorkerPool({ threads: 2, placement: 'pool' });
const raised = await resolve(raise.map([...Array(40).keys()]), { executor: pool });
await pool.close();
console.log(raised[3]);
`;
    const printed = await output('--no-warnings', write('arguments.mjs', script), '3');
    expect(printed.match(/raising/g)).toHaveLength(40);
    expect(printed).toContain('27\n');
  });

  it('waits for no module that waits for another that goes on to resolve something', async () => {
    write(
      'table.mjs',
      `import { node, resolve } from 'lazydag';
       const row = node((x) => x + 1, { name: 'row' });
       export const table = await resolve([row(0), row(1)]);
       export const lookUp = node((index) => table[index], { name: 'lookUp' });`,
    );
    const script = `
import { node, WorkerPool } from 'lazydag';
import { lookUp, table } from './table.mjs';
const twice = node((index) => 2 * table[index], { name: 'twice' });
const pool = new WorkerPool({ threads: 1 });
console.log(await lookUp(1).resolve({ executor: pool }), await twice(1).resolve({ executor: pool }));
await pool.close();
`;
    // Threads wait ten seconds for such a module: told so here, and not waited for.
    const hurry = `
import { isMainThread } from 'node:worker_threads';
const { setTimeout } = globalThis;
globalThis.setTimeout = (call, length, ...args) => {
  if (isMainThread || length !== 10_000) return setTimeout(call, length, ...args);
  process.stdout.write('would wait 10 s\\n');
  return setTimeout(call, 100, ...args);
};
`;
    const printed = await output(
      '--import',
      pathToFileURL(write('hurry.mjs', hurry)).href,
      write('waiting.mjs', script),
    );
    expect(printed).toContain('would wait 10 s\n');
    expect(printed.replaceAll('would wait 10 s\n', '')).toBe('2 4\n');
  });

  it('finds nodes on its threads that nothing there refers to', async () => {
    const script = `
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { node, WorkerPool } from 'lazydag';
const collect = node(() => { setFlagsFromString('--expose-gc'); runInNewContext('gc')(); }, { name: 'collect' });
const later = node((x) => x + 1, { name: 'later' });
if (isMainThread) {
  const pool = new WorkerPool({ threads: 1, placement: 'pool' });
  for (let count = 0; count < 3; count += 1) await collect().resolve({ executor: pool });
  console.log(await later(1).resolve({ executor: pool }));
  await pool.close();
}
`;
    expect(await output(write('collected.mjs', script))).toBe('2\n');
  });

  it('that forgets its pool ends all the same', async () => {
    const script = `
import { node, WorkerPool } from 'lazydag';
const square = node((x) => x * x, { name: 'square' });
const pool = new WorkerPool({ threads: 2, placement: 'pool', idleTimeout: 1e9 });
console.log(await square(3).resolve({ executor: pool }));
await new WorkerPool({ threads: 1 }).ready();
`;
    expect(await output(write('forgotten.mjs', script))).toBe('9\n');
  });
});
