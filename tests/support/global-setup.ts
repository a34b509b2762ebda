// jest transforms this file only, not what it imports: it must not import other sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// The stamp stays outside dist, so that a build by hand never keeps it and the package never ships it.
const stampFile = join(root, '.tmp', 'build-stamp');

/** Runs once before all tests: package, docs and examples run against the build, workers start from it. */
export default function globalSetup(): void {
  try {
    ensureBuild();
  } catch (error) {
    // Tests that need no build can still tell what is wrong; those that do will not find dist, which the build empties first.
    console.error('The build failed, so tests of the built package will fail too.', error);
  }
}

/** Builds dist unless it was built from exactly the sources and settings that are there now. Returns whether it built. */
export function ensureBuild(): boolean {
  const hash = hashInputs();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp(hash)) return false;
  // npm sets npm_execpath in every script; without it (jest started by hand) npm is looked up in the PATH.
  const npm = process.env['npm_execpath'];
  const [command, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
  execFileSync(command, [...before, 'run', '-s', 'build'], { cwd: root, stdio: 'inherit' });
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp(hash));
  return true;
}

/** What the stamp file says after a build from `hash`: any later build by hand changes the time and so voids it. */
function stamp(hash: string): string {
  const entry = join(root, 'dist', 'index.js');
  const builtAt = existsSync(entry) ? String(statSync(entry).mtimeMs) : 'missing';
  return `${hash} ${builtAt}\n`;
}

function hashInputs(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const settings = ['package.json', 'rolldown.config.js', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
    join(root, name),
  );
  for (const file of [...settings, ...sources]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}
