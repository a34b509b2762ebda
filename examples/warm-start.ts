/**
 * The analysis of flights.ts in three processes that share a store: the first computes everything, the second nothing, and
 * the third what depends on a module that was edited in between. That happens in a copy of the program.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { outputFolder } from './support/output.js';
import { table } from './support/text.js';

/** What a run of the copy told. */
export interface FlightsRun {
  readonly seconds: number;
  readonly ran: number;
  readonly found: number;
  readonly kept: number;
  /** The nodes whose bodies ran. */
  readonly nodes: readonly string[];
  /** The line of the report that the edit is about. */
  readonly outliers: string;
}

/** What the program is made of. */
const PARTS = ['flights.ts', 'flights', 'support'];
/** The edit: a delay is unusual only when it is twice as far from the others. */
const EDIT = { file: 'flights/outliers.ts', from: 'const REACH = 1.5;', to: 'const REACH = 3;' };

/** Copies the program, runs it twice, edits a module of the copy, and runs it once more. */
export async function main(): Promise<void> {
  // Inside of the repository, where the copy finds the same packages.
  const folder = await mkdtemp(join(outputFolder('warm-start'), 'copy-'));
  try {
    const from = fileURLToPath(new URL('.', import.meta.url));
    for (const part of PARTS) await cp(join(from, part), join(folder, 'examples', part), { recursive: true });

    const cold = await runCopy(folder);
    const warm = await runCopy(folder);
    await edit(join(folder, 'examples', EDIT.file));
    const edited = await runCopy(folder);

    console.log(runsText({ cold, warm, edited }));
    console.log(`\n${EDIT.file} was edited: \`${EDIT.from}\` is \`${EDIT.to}\` now`);
    console.log(`  before: ${warm.outliers}\n  after:  ${edited.outliers}`);
    console.log(`  bodies that ran: ${edited.nodes.join(', ')}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runCopy(folder: string): Promise<FlightsRun> {
  const program = join(folder, 'examples', 'flights.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', program, '--store', join(folder, 'store')],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  return readRun(stdout);
}

/** Reads what the program has printed. */
export function readRun(text: string): FlightsRun {
  const told = /With the store: (\d+) bodies ran, (\d+) results found, (\d+) kept, in ([\d.]+) seconds/.exec(text);
  const outliers = /outside of .* minutes: .*/.exec(text);
  if (told === null || outliers === null) throw new Error(`expected a report, got ${text}`);
  const [ran = Number.NaN, found = Number.NaN, kept = Number.NaN, seconds = Number.NaN] = told.slice(1).map(Number);
  const rows = text.slice(text.indexOf('What ran for it')).matchAll(/^ {2}(\w+) +([1-9]\d*) +\d+ +[\d.]+$/gm);
  const nodes = new Set(Array.from(rows, ([, name = '']) => name));
  return { seconds, ran, found, kept, nodes: [...nodes], outliers: outliers[0] };
}

async function edit(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(EDIT.from)) throw new Error(`expected \`${EDIT.from}\` in ${file}`);
  await writeFile(file, text.replace(EDIT.from, EDIT.to));
}

function runsText(runs: Readonly<Record<'cold' | 'warm' | 'edited', FlightsRun>>): string {
  const row = (label: string, { seconds, ran, found, kept }: FlightsRun): string[] => [
    label,
    seconds.toFixed(2),
    ...[ran, found, kept].map(String),
  ];
  return table(
    ['run', 'seconds', 'bodies that ran', 'results found', 'results kept'],
    [row('the first', runs.cold), row('the same again', runs.warm), row('one module edited', runs.edited)],
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
