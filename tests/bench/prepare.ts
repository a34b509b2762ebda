import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('./', import.meta.url);
const path = (relative: string): string => fileURLToPath(new URL(relative, here));

/** What is compiled: what children start with, and what the threads of each pool load. */
const entries = [
  'child/main',
  'child/import-time',
  'pools/pool-host',
  'streams/host',
  'layouts/layout-host',
  'stores/store-host',
  ...['pools/worker', 'streams/worker', 'layouts/worker', 'stores/worker'].flatMap((folder) =>
    readdirSync(path(folder)).map((file) => `${folder}/${basename(file, '.ts')}`),
  ),
];

/** What is read of a package.json. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Installs the peers that the benchmarks are measured against, once. */
export function installPeers(): void {
  const { dependencies } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as Manifest;
  // An older checkout may have left fewer of them.
  if (Object.keys(dependencies).every((name) => existsSync(path(`node_modules/${name}`)))) return;
  runTool('npm', ['ci', '--prefix', path('.')]);
}

/**
 * Compiles what runs in child processes to plain JavaScript, so that no loader is in the processes that are measured.
 * Peers and the library stay outside the bundle.
 */
export async function buildChildren(): Promise<void> {
  await build({
    // All in one folder: addresses relative to it are the same in every file of the build.
    entryPoints: entries.map((entry) => ({ in: path(`${entry}.ts`), out: basename(entry) })),
    outdir: path('.build'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    external: [
      '../sketch.mjs',
      ...['', 'stream/', 'layout/', 'store/'].map((entry) => path(`../../dist/${entry}index.js`)),
    ],
    logLevel: 'warning',
  });
}

function runTool(command: string, parameters: readonly string[]): void {
  const { status } = spawnSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    throw new Error(`bench: ${command} ${parameters.join(' ')} ended with ${String(status)}`);
  }
}
