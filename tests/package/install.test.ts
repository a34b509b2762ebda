import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../support/paths.js';
import { quickstart } from '../support/quickstart.js';

const run = promisify(execFile);

interface Manifest {
  readonly devDependencies: Record<string, string>;
}

// Outside of the repository: nothing of its node_modules may be found by chance.
const folder = mkdtempSync(join(tmpdir(), 'lazydag-package-'));
const tarball = join(folder, 'lazydag.tgz');

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const cli = process.env['npm_execpath'];
  const [command, ...before] = cli === undefined ? ['npm'] : [process.execPath, cli];
  const { stdout } = await run(command, [...before, ...args], { cwd });
  return stdout;
}

/** What a Node program prints; a program that fails fails the test with what it printed. */
async function node(cwd: string, ...args: string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd })).stdout;
  } catch (error) {
    const { message, stdout = '' } = error as Error & { stdout?: string }; // a string is what execFile collects
    throw new Error(`${message}\n${stdout}`, { cause: error });
  }
}

/** An empty project with the packed lazydag and `others` installed. */
async function project(name: string, ...others: string[]): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  // What `npm ci` has fetched already is taken from npm's cache.
  await npm(path, 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...others);
  return path;
}

beforeAll(async () => {
  const [packed] = JSON.parse(await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)) as [
    { filename: string },
  ];
  cpSync(join(folder, packed.filename), tarball);
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the quickstart runs in plain JavaScript, with nothing but lazydag installed', async () => {
  const path = await project('javascript');
  const { code, prints } = quickstart('js');
  writeFileSync(join(path, 'quickstart.js'), code);
  expect(await node(path, 'quickstart.js')).toBe(prints);
}, 120_000);

describe('the quickstart compiles and runs in TypeScript', () => {
  const dialects = { standard: {}, legacy: { experimentalDecorators: true, emitDecoratorMetadata: true } };
  const { code, prints } = quickstart('ts');
  let path: string;

  beforeAll(async () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    path = await project('typescript', `@types/node@${devDependencies['@types/node'] ?? 'latest'}`);
    for (const [name, dialect] of Object.entries(dialects)) {
      const compilerOptions = {
        target: 'ES2022',
        module: 'NodeNext',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        // The types that the package ships are checked too.
        skipLibCheck: false,
        ...dialect,
      };
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, 'quickstart.ts'), code);
      writeFileSync(join(path, name, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    }
    // As one build of two projects, which reads the types that they have in common once.
    await node(path, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...Object.keys(dialects));
  }, 120_000);

  test.each([
    ['standard decorators', 'standard'],
    ['experimentalDecorators', 'legacy'],
  ])('with %s', async (_, name) => {
    expect(await node(join(path, name), 'quickstart.js')).toBe(prints);
  });
});
