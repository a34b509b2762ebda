import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('./', import.meta.url);
const path = (relative: string): string => fileURLToPath(new URL(relative, here));

/** Installs the peers that the benchmarks are measured against, once. */
export function installPeers(): void {
  if (existsSync(path('node_modules'))) return;
  runTool('npm', ['ci', '--prefix', path('.')]);
}

/**
 * Compiles what runs in child processes to plain JavaScript, so that no loader is in the processes that are measured.
 * Peers and the library stay outside the bundle.
 */
export async function buildChildren(): Promise<void> {
  await build({
    entryPoints: [path('child/main.ts'), path('child/import-time.ts')],
    outdir: path('.build'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    external: ['../sketch.mjs'],
    logLevel: 'warning',
  });
}

function runTool(command: string, parameters: readonly string[]): void {
  const { status } = spawnSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    throw new Error(`bench: ${command} ${parameters.join(' ')} ended with ${String(status)}`);
  }
}
