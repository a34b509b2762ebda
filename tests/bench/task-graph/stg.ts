import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { taskGraph } from './task-graph.js';
import type { NamedTask, TaskGraph } from './task-graph.js';

/** A known optimal makespan of one graph. */
export interface Optimum {
  readonly graph: string;
  readonly workers: number;
  readonly makespan: number;
}

/** Reads every Standard Task Graph of a folder, by file name. */
export async function readStandardTaskGraphs(folder: string): Promise<readonly TaskGraph[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.stg')).sort();
  return Promise.all(
    files.map(async (file) => parseStandardTaskGraph(file, await readFile(join(folder, file), 'utf8'))),
  );
}

/** Parses the format: the number of tasks, then per line `id cost n pred…`. Lines from `#` on are remarks. */
export function parseStandardTaskGraph(name: string, text: string): TaskGraph {
  const lines = text.split('\n').map((line) => line.split('#')[0]?.trim() ?? '');
  const [, ...tasks] = lines.filter((line) => line !== '');
  return taskGraph(name, tasks.map(parseTask));
}

function parseTask(line: string): NamedTask {
  const [id = '', cost, count, ...parents] = line.split(/\s+/);
  if (Number(count) !== parents.length) {
    throw new Error(`${line}: expected ${count ?? 'a number of'} predecessors, got ${parents.length}`);
  }
  return { id, cost: Number(cost), bytes: 1, parents };
}

/** Reads every `optimal-P.csv` of a folder: `file,processors,optimum`. A fourth field marks a mere lower bound: skipped. */
export async function readOptima(folder: string): Promise<readonly Optimum[]> {
  const files = (await readdir(folder)).filter((file) => /^optimal-\d+\.csv$/.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      const [path, workers, makespan, bound] = line.trim().split(',');
      if (makespan === undefined || bound !== undefined) return [];
      return [{ graph: path?.split('/').at(-1) ?? '', workers: Number(workers), makespan: Number(makespan) }];
    }),
  );
}
