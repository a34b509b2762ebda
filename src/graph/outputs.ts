import { types } from 'node:util';
import { DagError } from '../errors.js';
import { Future, ON_DISK, PERSISTED, USED } from './future.js';
import { NodeIdentity, NodeSpec } from './spec.js';
import type { OutputsOption } from './types.js';

/** Takes one part out of a value. @throws TypeError where there is no value. */
export function partIn(value: unknown, key: unknown): unknown {
  if (types.isMap(value)) return value.get(key);
  if (value === null || value === undefined) {
    throw new TypeError(`cannot take part ${String(key)} of ${String(value)}`);
  }
  const parts = value as Record<PropertyKey, unknown>; // reading a property of any other value is allowed
  if (typeof key === 'number' && key < 0 && 'length' in parts) return parts[Number(parts['length']) + key];
  return parts[key as PropertyKey];
}

/** Calls of it are completed by the scheduler as soon as the whole is there, so that the whole can go. */
const partSpec = new NodeSpec(new NodeIdentity(partIn, { name: 'at', module: 'lazydag' }), { name: 'at' }, true);

/** A Future of one part of another Future's value. */
export function partOf(whole: Future, key: unknown): Future {
  whole._flags |= USED;
  return outputOf(whole, key);
}

/** A Future of one output; that it was made does not mean that anybody uses the call. */
function outputOf(whole: Future, key: unknown): Future {
  return new Future(partSpec, [whole, key], undefined, whole._graph, whole._parent);
}

/** The parts of calls that persist: these keep the parts, so that each can be released on its own, and not the whole. */
const persistedParts = new WeakMap<Future, readonly Future[]>();

/** The parts that a persisting multi-output call must fill when it has its value; empty for other calls. */
export function partsToFill(whole: Future): readonly Future[] {
  return persistedParts.get(whole) ?? [];
}

/** A Future per output of a call, in the shape that `outputs` asks for. */
export function outputsOf(whole: Future, outputs: OutputsOption): Future[] | Record<string, Future> {
  const kept = whole._flags & (PERSISTED | ON_DISK);
  const names = typeof outputs === 'number' ? Array.from({ length: outputs }, (_, index) => index) : outputs;
  const parts = names.map((key) => outputOf(whole, key));
  if (kept !== 0) {
    whole._flags &= ~PERSISTED;
    for (const part of parts) part._flags |= kept;
    persistedParts.set(whole, parts);
  }
  return typeof outputs === 'number'
    ? parts
    : Object.fromEntries(parts.map((part, index) => [String(names[index]), part]));
}

/** Takes the part of a whole that a Future of a part stands for. */
export function takePart(future: Future, whole: unknown): unknown {
  return partIn(whole, future._args[1]);
}

/**
 * Refuses a result that does not have the outputs its node promises.
 *
 * @throws DAG_OUTPUTS
 */
export function checkOutputs(name: string, outputs: OutputsOption, result: unknown): void {
  if (typeof outputs === 'number') {
    if (Array.isArray(result) && result.length === outputs) return;
    const got = Array.isArray(result) ? `${result.length.toString()} of them` : describe(result);
    throw new DagError('DAG_OUTPUTS', {
      message: `${name} must return an array of ${outputs.toString()} outputs, got ${got}.`,
      remedy: 'Make `outputs` and what the body returns agree.',
    });
  }
  const missing = outputs.filter((key) => typeof result !== 'object' || result === null || !(key in result));
  if (missing.length === 0) return;
  throw new DagError('DAG_OUTPUTS', {
    message: `${name} must return an object with ${outputs.join(', ')}; missing ${missing.join(', ')} in ${describe(result)}.`,
    remedy: 'Make `outputs` and what the body returns agree.',
  });
}

function describe(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result);
  return Array.isArray(result) ? 'an array' : `an object with ${Object.keys(result).join(', ') || 'nothing'}`;
}
