import { types } from 'node:util';
import { DagError, describeThrown } from '../../errors.js';
import { valueText } from '../../graph/value-text.js';
import type { PackContext, PayloadMemory } from './context.js';
import { errorParts, fillError, makeError } from './error-parts.js';
import { pack } from './pack.js';

/** Memory for packing what is then thrown away. */
const NOWHERE: PayloadMemory = {
  locate: () => undefined,
  place: () => ({ block: 0, offset: 0 }),
  open: () => new SharedArrayBuffer(0),
};

/**
 * Packs what a body threw: like `pack`, but what cannot travel never takes the place of the failure itself. Properties
 * of errors that cannot travel, such as the request of an error of an HTTP client, arrive as short texts, and so does
 * any other value.
 */
export function packThrown(thrown: unknown, context: PackContext): unknown {
  try {
    return pack(thrown, context);
  } catch (failure) {
    if (!(failure instanceof DagError)) throw failure;
    return pack(trimmed(thrown, context, new Map()), context);
  }
}

/** What can be sent of something that was thrown: itself, or what `packThrown` makes of it. */
export function portableThrown(thrown: unknown): unknown {
  return trimmed(thrown, { memory: NOWHERE }, new Map());
}

function trimmed(value: unknown, context: PackContext, done: Map<unknown, unknown>): unknown {
  if (done.has(value)) return done.get(value);
  if (travels(value, context)) return value;
  if (!types.isNativeError(value) && !(value instanceof Error))
    return typeof value === 'object' ? valueText(value) : describeThrown(value);
  try {
    const { type, message, name, hidden, shown } = errorParts(value);
    const error = makeError(type, message, name);
    done.set(value, error);
    fillError(error, trimmedValues(hidden, context, done), trimmedValues(shown, context, done));
    return error;
  } catch {
    return new Error(describeThrown(value)); // its getters throw
  }
}

function trimmedValues(record: object, context: PackContext, done: Map<unknown, unknown>): object {
  return Object.fromEntries(
    (Object.entries(record) as [string, unknown][]).map(([key, value]) => [
      key,
      key === 'errors' && Array.isArray(value)
        ? value.map((error) => trimmed(error, context, done))
        : trimmed(value, context, done),
    ]),
  );
}

/** Whether a value can be packed. Nothing of it is kept. */
function travels(value: unknown, { special }: PackContext): boolean {
  try {
    pack(value, special === undefined ? { memory: NOWHERE } : { memory: NOWHERE, special });
    return true;
  } catch {
    return false;
  }
}
