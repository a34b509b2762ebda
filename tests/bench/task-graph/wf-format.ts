import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { taskGraph } from './task-graph.js';
import type { TaskGraph } from './task-graph.js';

/** The parts of WfFormat (1.5) that are read. */
interface Workflow {
  readonly workflow: {
    readonly specification: {
      readonly tasks: readonly {
        readonly id: string;
        readonly parents?: readonly string[];
        readonly outputFiles?: readonly string[];
      }[];
      readonly files?: readonly { readonly id: string; readonly sizeInBytes?: number }[];
    };
    readonly execution?: {
      readonly tasks: readonly { readonly id: string; readonly runtimeInSeconds?: number }[];
    };
  };
}

/** Reads every workflow trace of a folder. */
export async function readWorkflows(folder: string): Promise<readonly TaskGraph[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      // The file's format is stated by its schema; a trace without it fails on the first field that is missing.
      const trace = JSON.parse(await readFile(join(folder, file), 'utf8')) as Workflow;
      return fromWorkflow(file.replace(/\.json$/, ''), trace);
    }),
  );
}

/** A task's cost is its recorded runtime in seconds; its value is the sum of its output files. */
function fromWorkflow(name: string, { workflow }: Workflow): TaskGraph {
  const { specification, execution } = workflow;
  const sizes = new Map(specification.files?.map((file) => [file.id, file.sizeInBytes ?? 0]));
  const runtimes = new Map(execution?.tasks.map((task) => [task.id, task.runtimeInSeconds ?? 0]));
  return taskGraph(
    name,
    specification.tasks.map(({ id, parents = [], outputFiles = [] }) => ({
      id,
      parents,
      cost: runtimes.get(id) ?? 0,
      bytes: outputFiles.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0),
    })),
  );
}
