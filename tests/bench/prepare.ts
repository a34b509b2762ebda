import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('./', import.meta.url);
const root = new URL('../../', here);
const path = (relative: string, base = here): string => fileURLToPath(new URL(relative, base));

/** Installs the peers that the benchmarks are measured against, once. */
export function installPeers(): void {
  if (existsSync(path('node_modules'))) return;
  runTool('npm', ['ci', '--prefix', path('.')]);
}

/** Builds the library when its build is missing or older than a source: a stale build would be measured in silence. */
export function buildLibrary(): void {
  const entry = path('dist/index.js', root);
  if (existsSync(entry) && statSync(entry).mtimeMs >= newestSource()) return;
  runTool('npm', ['run', 'build', '--prefix', path('.', root)]);
}

function newestSource(): number {
  const source = path('src/', root);
  const files = readdirSync(source, { recursive: true, withFileTypes: true });
  return Math.max(
    ...files
      .filter((file) => file.isFile())
      .map((file) => statSync(`${file.parentPath}/${file.name}`).mtimeMs),
  );
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
