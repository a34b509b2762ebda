import { writeFile } from 'node:fs/promises';
import { ensureBuild } from '../support/global-setup.js';
import { parseCommand } from './command-line.js';
import type { Command } from './command-line.js';
import { packagedContenders } from './contenders/names.js';
import { isPeerPool } from './pools/names.js';
import { buildChildren, installPeers } from './prepare.js';
import { findDask } from './python/run-python.js';
import { describeMachine, machineLine } from './report/machine.js';
import { passes } from './report/result.js';
import type { Check, Report, SuiteResult } from './report/result.js';
import { digits, renderTable } from './report/table.js';
import { suites } from './suites/index.js';
import { suiteNames } from './suites/suite.js';
import type { Suite, SuiteName, SuiteOptions } from './suites/suite.js';

const usage = `Usage: npm run bench -- [suite] [options]

Without a suite: the default run, about five minutes.
${suiteNames.map((name) => `  ${name.padEnd(10)} ${suites[name].description}`).join('\n')}

  --sizes 1000,10000      sizes instead of each suite's own
  --shapes chain,tree     shapes instead of all
  --contenders a,b        contenders instead of all
  --pools a,b             pools instead of all (pool)
  --parts burst,single    parts instead of all (pool, layout, store)
  --rounds N              repeats of each measurement
  --turn N                milliseconds that a turn lasts at least (core, scale, pool)
  --limit N               seconds after which a measurement counts as too slow
  --apart                 a process per contender instead of one shared with the sketch
  --json FILE             write every raw figure
  --check                 fail when a figure is beyond its limit`;

/** The default run: what can be measured without input files, at sizes that take about five minutes in all. */
const defaultRun: readonly { readonly suite: SuiteName; readonly options?: Partial<SuiteOptions> }[] = [
  { suite: 'core' },
  {
    suite: 'core',
    options: { sizes: [10_000], shapes: ['chain'], contenders: ['sketch', 'lazydag'], apart: true, rounds: 25 },
  },
  { suite: 'scale', options: { sizes: [1_000_000], shapes: ['chain'], rounds: 3 } },
  { suite: 'heap' },
  { suite: 'live' },
  { suite: 'memory', options: { rounds: 3 } },
  { suite: 'import' },
  { suite: 'demo' },
];

/** Does what the arguments after the script's name ask for, and prints what it finds. @throws Error that names the choices. */
export async function runBenchmarks(parameters: readonly string[]): Promise<void> {
  const command = parseCommand(parameters);
  if (command.help) {
    console.log(usage);
    return;
  }
  await prepare(command);
  const started = performance.now();
  const machine = describeMachine();
  console.log(machineLine(machine));
  const results: SuiteResult[] = [];
  for (const { suite, options } of stepsOf(command)) {
    results.push(await runSuite(suites[suite], { ...options, ...command.options }));
  }
  const checks = results.flatMap((result) => result.checks);
  printChecks(checks);
  if (command.json !== undefined) {
    const report: Report = {
      schema: 'lazydag-bench/1',
      startedAt: new Date(performance.timeOrigin + started).toISOString(),
      seconds: (performance.now() - started) / 1_000,
      machine,
      suites: results,
    };
    await writeFile(command.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (command.check && !checks.every(passes)) process.exitCode = 1;
}

function stepsOf({ suite }: Command): typeof defaultRun {
  return suite === undefined ? defaultRun : [{ suite }];
}

/** Brings in what the chosen benchmarks need, and no more. */
async function prepare(command: Command): Promise<void> {
  const contenders = command.options.contenders ?? stepsOf(command).flatMap(({ suite }) => suites[suite].contenders);
  const pools = stepsOf(command).flatMap(({ suite }) => {
    const all = suites[suite].pools;
    return all === undefined ? [] : (command.options.pools ?? all);
  });
  const others = stepsOf(command).some(({ suite }) => suites[suite].needsPeers?.(command.options) ?? false);
  if (others || contenders.some((name) => packagedContenders.includes(name)) || pools.some(isPeerPool)) installPeers();
  // A stale build would be measured in silence.
  ensureBuild();
  await buildChildren();
}

async function runSuite(suite: Suite, options: Omit<SuiteOptions, 'progress'>): Promise<SuiteResult> {
  const python = findDask();
  const result = await suite.run({
    ...options,
    ...(python !== undefined && { python }),
    progress: (what) => showProgress(`${suite.name}: ${what} …`),
  });
  showProgress('');
  for (const table of result.tables) console.log(`\n${renderTable(table)}`);
  return result;
}

/** One line that overwrites itself, on a terminal only. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function printChecks(checks: readonly Check[]): void {
  if (checks.length === 0) return;
  const rows = checks.map((check) => [
    check.name,
    precise(check.measured),
    precise(check.limit),
    passes(check) ? 'reached' : 'NOT REACHED',
  ]);
  console.log(`\n${renderTable({ title: 'limits', columns: ['', 'measured', 'at most', ''], rows })}`);
}

/** Ratios near one need more digits than three. */
function precise(value: number): string {
  return value > 0.5 && value < 10 && !Number.isInteger(value) ? value.toFixed(4) : digits(value);
}
