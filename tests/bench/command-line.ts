import { parseArgs } from 'node:util';
import { nodeContenders, pythonContenders } from './contenders/names.js';
import type { ContenderName } from './contenders/names.js';
import { poolNames } from './pools/names.js';
import type { PoolName } from './pools/names.js';
import { layoutPartNames } from './layouts/names.js';
import { partNames } from './pools/parts/part.js';
import { shapeNames } from './shapes/shape.js';
import type { ShapeName } from './shapes/shape.js';
import { storePartNames } from './stores/names.js';
import { streamPartNames } from './streams/names.js';
import { suiteNames } from './suites/suite.js';
import type { SuiteName, SuiteOptions } from './suites/suite.js';

/** Suites share names of parts. */
const allParts = [...new Set([...partNames, ...streamPartNames, ...layoutPartNames, ...storePartNames])];

/** What the command line asks for. */
export interface Command {
  /** The suite named, or undefined for the default run. */
  readonly suite: SuiteName | undefined;
  readonly options: Omit<SuiteOptions, 'progress' | 'python'>;
  /** File to write the raw figures to. */
  readonly json: string | undefined;
  /** Whether a figure beyond its limit makes the command fail. */
  readonly check: boolean;
  readonly help: boolean;
}

/** Reads the arguments after the script's name. */
export function parseCommand(parameters: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...parameters],
    allowPositionals: true,
    options: {
      sizes: { type: 'string' },
      shapes: { type: 'string' },
      contenders: { type: 'string' },
      pools: { type: 'string' },
      parts: { type: 'string' },
      rounds: { type: 'string' },
      turn: { type: 'string' },
      limit: { type: 'string' },
      apart: { type: 'boolean' },
      json: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [suite, folder] = positionals;
  const contenders: readonly ContenderName[] = [...nodeContenders, ...pythonContenders];
  return {
    suite: suite === undefined ? undefined : oneOf(suiteNames, suite, 'suite'),
    options: {
      ...(values.sizes !== undefined && { sizes: list(values.sizes).map((size) => count(size, '--sizes')) }),
      ...(values.shapes !== undefined && { shapes: some<ShapeName>(shapeNames, values.shapes, '--shapes') }),
      ...(values.contenders !== undefined && {
        contenders: some(contenders, values.contenders, '--contenders'),
      }),
      ...(values.pools !== undefined && { pools: some<PoolName>(poolNames, values.pools, '--pools') }),
      ...(values.parts !== undefined && { parts: some(allParts, values.parts, '--parts') }),
      ...(values.apart !== undefined && { apart: values.apart }),
      ...(values.rounds !== undefined && { rounds: count(values.rounds, '--rounds') }),
      ...(values.turn !== undefined && { turn: count(values.turn, '--turn') }),
      ...(values.limit !== undefined && { limit: count(values.limit, '--limit') }),
      ...(folder !== undefined && { folder }),
    },
    json: values.json,
    check: values.check,
    help: values.help,
  };
}

function list(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

function some<Name extends string>(names: readonly Name[], text: string, what: string): Name[] {
  return list(text).map((part) => oneOf(names, part, what));
}

function oneOf<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const name = names.find((one) => one === text);
  if (name === undefined) {
    throw new Error(`bench: ${what}: expected one of ${names.join(', ')}, got '${text}'`);
  }
  return name;
}

function count(text: string, option: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`bench: ${option}: expected a whole number of at least 1, got '${text}'`);
  }
  return value;
}
