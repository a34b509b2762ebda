/** Contenders that run in Node.js, in the order of the tables. */
export const nodeContenders = [
  'sketch',
  'lazydag',
  'lazydag-sync',
  'direct',
  'promise',
  'p-graph',
  'signals',
  'effect',
] as const;

/** Contenders that run in Python. */
export const pythonContenders = ['dask', 'dask-delayed'] as const;

/** Name of a contender that runs in Node.js. */
export type NodeContender = (typeof nodeContenders)[number];

/** Name of a contender that runs in Python. */
export type PythonContender = (typeof pythonContenders)[number];

/** Name of a contender on the command line. */
export type ContenderName = NodeContender | PythonContender;

/** Contenders that come from a package of the benchmarks' own lockfile. */
export const packagedContenders: readonly ContenderName[] = ['p-graph', 'signals', 'effect'];

/** Contenders of the default run. */
export const defaultContenders: readonly ContenderName[] = [
  'sketch',
  'lazydag',
  'direct',
  'promise',
  'p-graph',
  'signals',
  'effect',
  'dask',
  'dask-delayed',
];

/** Whether `name` runs in Node.js. */
export function runsInNode(name: ContenderName): name is NodeContender {
  return (nodeContenders as readonly string[]).includes(name);
}
