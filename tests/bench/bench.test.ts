import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { noteGrowth } from './compare/growth.js';
import { figure } from './compare/figure.js';
import { increment, spin } from './pools/bodies.js';
import type { PoolSeries } from './pools/interleave.js';
import type { PoolName } from './pools/names.js';
import type { PoolTurn } from './pools/protocol.js';
import { bestPeer, cpuTimesOf, evennessOf, timesOf } from './pools/summary.js';
import { startTally } from './pools/tally.js';
import type { Report } from './report/result.js';
import { geometricMean, median, quantile } from './report/statistics.js';
import { renderTable } from './report/table.js';
import { runBenchmarks } from './runner.js';
import { shapes } from './shapes/index.js';
import { writeProgram } from './shapes/program.js';
import { longestPathListSchedule } from './task-graph/list-schedule.js';
import { faultOf, makespanOf, peakBytesInOrder, peakBytesOf } from './task-graph/schedule.js';
import { parseStandardTaskGraph } from './task-graph/stg.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Two independent tasks of 2 and 3 between an entry and an exit task that cost nothing. */
const stgText = '2\n0 0 0\n1 2 1 0\n2 3 1 0\n3 0 2 1 2\n# a remark\n';

/** Does what `npm run bench` does, in this process, and gives back what it wrote as JSON. */
async function bench(...parameters: readonly string[]): Promise<Report> {
  const json = join(await folderWith({}), 'report.json');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await runBenchmarks([...parameters, '--json', json]);
  } finally {
    log.mockRestore();
  }
  return JSON.parse(await readFile(json, 'utf8')) as Report; // the runner's own type
}

/** The same as a process of its own; gives back what it printed, too. */
async function benchApart(...parameters: readonly string[]): Promise<{ report: Report; printed: string }> {
  const json = join(await folderWith({}), 'report.json');
  const script = ['--import', 'tsx', 'tests/bench/run.ts', ...parameters, '--json', json];
  const { stdout } = await promisify(execFile)(process.execPath, script, { cwd: root });
  return { report: JSON.parse(await readFile(json, 'utf8')) as Report, printed: stdout }; // the runner's own type
}

/** Turns as short as can be: what they take is of no interest here. */
const short = ['--rounds', '1', '--turn', '1'];

/** A folder with the given files. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lazydag-bench-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe('the benchmark runner', () => {
  test('measures lazydag against the sketch on every shape', async () => {
    const report = await bench('core', '--contenders', 'sketch,lazydag', '--sizes', '20', ...short);
    const [core] = report.suites;
    expect(core?.records).toEqual(
      Object.keys(shapes).flatMap((shape) => [
        expect.objectContaining({ shape, contender: 'sketch' }),
        expect.objectContaining({ shape, contender: 'lazydag', samples: [expect.anything()] }),
      ]),
    );
  }, 60_000);

  test('weighs, counts, imports and times small graphs', async () => {
    await bench('heap', '--contenders', 'sketch,lazydag', '--sizes', '100');
    await bench('live', '--sizes', '8');
    await bench('memory', '--sizes', '100', '--rounds', '1');
    await bench('import', '--rounds', '1');
  }, 60_000);

  test('measures threads by hand, and lazydag on its pool', async () => {
    const quick = ['--pools', 'bare,lazydag', ...short];
    const trivial = await bench('pool', ...quick, '--parts', 'burst,single,fan-out,chain', '--sizes', '64');
    const payload = await bench('pool', ...quick, '--parts', 'payload', '--sizes', '1024');
    const bodies = await bench('pool', ...quick, '--parts', 'speed-up,start', '--sizes', '2');
    const records = [trivial, payload, bodies].flatMap(({ suites: [suite] }) => suite?.records ?? []);
    for (const part of ['burst', 'single', 'fan-out', 'chain', 'payload', 'speed-up']) {
      const turns = expect.arrayContaining([expect.objectContaining({ perOperation: expect.any(Number) })]) as unknown;
      expect(records).toContainEqual(expect.objectContaining({ part, pool: 'bare', turns }));
      expect(records).toContainEqual(expect.objectContaining({ part, pool: 'lazydag' }));
    }
    expect(records).toContainEqual(
      expect.objectContaining({ part: 'start', pool: 'bare', starts: [expect.anything()] }),
    );
  }, 60_000);

  test('measures layouts against threads by hand', async () => {
    const quick = ['--parts', 'small,paced,apart,large,integrity,soak', '--sizes', '20', '--rounds', '1'];
    const [layout] = (await bench('layout', ...quick)).suites;
    const records = ['small', 'paced', 'apart', 'large', 'integrity', 'soak'].map(
      (part) => expect.objectContaining({ part }) as unknown,
    );
    expect(layout?.records).toEqual(records);
    const faults = layout?.checks.filter(({ name }) => /torn|lost|newer/.test(name)) ?? [];
    expect(faults.map(({ measured }) => measured)).toEqual([0, 0, 0, 0]);
  }, 60_000);

  test('measures stores against what they are made of', async () => {
    const quick = ['--rounds', '1', '--contenders', 'lazydag'];
    const small = await bench('store', ...quick, '--parts', 'small,keys,entries,warm,processes', '--sizes', '64');
    const large = await bench('store', ...quick, '--parts', 'arrays', '--sizes', '65536');
    const records = [small, large].flatMap(({ suites: [suite] }) => suite?.records ?? []);
    expect(records).toEqual(
      ['small', 'keys', 'entries', 'warm', 'processes', 'arrays'].map(
        (part) => expect.objectContaining({ part }) as unknown,
      ),
    );
    expect(small.suites[0]?.checks).toContainEqual(expect.objectContaining({ measured: 1, limit: 1 }));
  }, 60_000);

  test('scores plans of Standard Task Graphs and of workflow traces', async () => {
    const stg = await folderWith({ 'a.stg': stgText, 'optimal-2.csv': 'x/a.stg,2,3\nx/a.stg,2,2,bound\n' });
    const { report, printed } = await benchApart('stg', stg);
    const [scored] = report.suites;
    expect(printed).toContain('makespan over optimum');
    expect(scored?.records).toEqual([expect.objectContaining({ graph: 'a.stg', workers: 2, optimum: 3, ratio: 1 })]);
    const workflow = {
      specification: { tasks: [{ id: 'only', outputFiles: ['f'] }], files: [{ id: 'f', sizeInBytes: 8 }] },
    };
    const [planned] = (await bench('workflows', await folderWith({ 'w.json': JSON.stringify({ workflow }) }))).suites;
    expect(planned?.records).toEqual([expect.objectContaining({ name: 'w', tasks: 1 })]);
  }, 60_000);

  test('names the choices when it does not know a word', async () => {
    await expect(benchApart('speed')).rejects.toThrow(/suite: expected one of core, .*got 'speed'/);
  }, 60_000);
});

describe('the statistics', () => {
  test('interpolate quantiles and average in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(geometricMean([1, 4])).toBeCloseTo(2);
  });

  test('call a cost per node that grows with the graph quadratic', () => {
    const at = (size: number, milliseconds: number) =>
      figure('sketch', { shape: 'chain', size }, { samples: [{ runs: 1, build: 0, evaluate: milliseconds, cpu: 0 }] });
    expect(noteGrowth(at(10_000, 100), at(1_000, 1), 5).note).toBe('quadratic');
    expect(noteGrowth(at(10_000, 20), at(1_000, 1), 5).note).toBeUndefined();
  });
});

describe('the comparison of pools', () => {
  const request = { what: 'burst', count: 100 } as const;
  const turnOf = (perOperation: number, main: number, ...workers: readonly number[]): PoolTurn => ({
    operations: 100,
    milliseconds: 100 * perOperation,
    perOperation,
    cpu: 200 * perOperation,
    tally: { main, workers },
  });
  const series = (pool: PoolName, ...turns: readonly PoolTurn[]): PoolSeries => ({ label: pool, pool, request, turns });

  test('takes the median of the ratios of neighbouring turns', () => {
    const peer = series('comlink', turnOf(1, 0), turnOf(10, 0), turnOf(2, 0));
    const own = series('lazydag', turnOf(2, 0), turnOf(20, 0), turnOf(1, 0));
    expect(timesOf(own, peer)).toBe(2);
    expect(cpuTimesOf(own, peer)).toBe(2);
    expect(timesOf(own, undefined)).toBeNaN();
  });

  test('finds the fastest peer that could be measured', () => {
    const peers = [series('piscina', turnOf(3, 0)), series('comlink', turnOf(2, 0)), series('tinypool')];
    expect(bestPeer([series('lazydag', turnOf(1, 0)), series('bare', turnOf(1, 0)), ...peers])?.pool).toBe('comlink');
    expect(bestPeer([])).toBeUndefined();
  });

  test('counts what the main thread did as done by no worker', () => {
    expect(evennessOf(series('lazydag', turnOf(1, 0, 60, 40)))).toBe(0.4);
    expect(evennessOf(series('lazydag', turnOf(1, 80, 10, 10)))).toBe(0.1);
    expect(evennessOf(series('lazydag', turnOf(1, 0, 100)))).toBe(0);
  });

  test('tells main thread and workers apart in the count of bodies', () => {
    const tally = startTally();
    increment(1);
    spin({ iterations: 1, seed: 0 });
    expect(tally().main).toBe(2);
  });
});

describe('the tables', () => {
  test('put figures right and words left', () => {
    const table = {
      title: 't',
      columns: ['name', 'time'],
      rows: [
        ['a', '1.5 ms'],
        ['long', '12 ms'],
      ],
    };
    expect(renderTable(table).split('\n').slice(1)).toEqual([
      'name    time',
      '────────────',
      'a     1.5 ms',
      'long   12 ms',
    ]);
  });
});

describe('the references', () => {
  const graph = parseStandardTaskGraph('a', stgText);

  test('list-schedule a graph as long as its longest path on enough workers', () => {
    const two = longestPathListSchedule(graph, 2);
    expect(faultOf(graph, two, 2)).toBeUndefined();
    expect(makespanOf(two)).toBe(3);
    expect(makespanOf(longestPathListSchedule(graph, 1))).toBe(5);
  });

  test('see a schedule that is not possible', () => {
    const schedule = longestPathListSchedule(graph, 2);
    const onOne = schedule.map((planned) => ({ ...planned, worker: 0 }));
    expect(faultOf(graph, onOne, 2)).toMatch(/overlaps/);
    expect(faultOf(graph, schedule.slice(1), 2)).toMatch(/3 of 4 tasks/);
  });

  test('count a result from the start of its task or from its finish', () => {
    const schedule = longestPathListSchedule(graph, 2);
    // While both middle tasks run, the entry's value is there and theirs are not yet.
    expect(peakBytesOf(graph, schedule, 'start')).toBe(3);
    const three = parseStandardTaskGraph('b', '3\n0 1 0\n1 1 1 0\n2 2 1 0\n3 1 1 1\n');
    expect(peakBytesOf(three, longestPathListSchedule(three, 2), 'start')).toBe(4);
    expect(peakBytesOf(three, longestPathListSchedule(three, 2), 'finish')).toBe(3);
  });

  test('count inputs and output together while a task runs', () => {
    // The entry's value goes when both readers are done; the last task holds both of theirs and its own.
    expect(peakBytesInOrder(graph, [0, 1, 2, 3])).toBe(3);
  });
});

describe('the shapes', () => {
  test.each(Object.values(shapes).filter(({ name }) => name !== 'recursion'))('count the nodes of $name', (shape) => {
    expect(writeProgram(shape, 300)?.calls).toHaveLength(shape.nodes(300));
  });

  test('are the same graph for the same size', () => {
    expect(writeProgram(shapes.random, 500)).toEqual(writeProgram(shapes.random, 500));
  });
});
