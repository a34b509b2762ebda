import { DagError } from '../errors.js';
import { Future } from './future.js';
import type { DeclaredTypes, TypeConstructor } from './reflect.js';
import type { NodeIdentity, NodeSpec } from './spec.js';

/** Types of decorated methods, as the compiler wrote them down. */
const declared = new WeakMap<NodeIdentity, DeclaredTypes>();
/** Nodes that were told already that there is nothing to check against. */
const told = new WeakSet<NodeIdentity>();

/** Notes what a node's method declares. */
export function declareTypes(identity: NodeIdentity, types: DeclaredTypes): void {
  declared.set(identity, types);
}

/** Constructors that stand for several types or for none: nothing can be said. */
const OPEN = new Set<unknown>([Object, Promise, Future, undefined]);
const PRIMITIVES = new Map<unknown, string>([
  [Number, 'number'],
  [String, 'string'],
  [Boolean, 'boolean'],
  [BigInt, 'bigint'],
  [Symbol, 'symbol'],
]);

/**
 * Refuses a literal of another type than the parameter declares, and an edge whose producer declares another type
 * than the parameter.
 *
 * @throws DAG_CHECKED_TYPE naming node, parameter position, expected and got.
 */
export function checkArguments(spec: NodeSpec, args: readonly unknown[]): void {
  const types = declared.get(spec.identity);
  if (types === undefined) {
    tellUnchecked(spec);
    return;
  }
  for (const [position, expected] of types.parameters.entries()) {
    if (position >= args.length || OPEN.has(expected) || expected === undefined) continue;
    const arg = args[position];
    const got = arg instanceof Future ? mismatchedProducer(arg, expected) : mismatchedLiteral(arg, expected);
    if (got !== undefined) {
      throw new DagError('DAG_CHECKED_TYPE', {
        message: `${spec.name}: parameter ${position.toString()} expects ${expected.name}, got ${got}.`,
        remedy: 'Pass what the method declares, or leave `checked` out.',
      });
    }
  }
}

function mismatchedProducer(future: Future, expected: TypeConstructor): string | undefined {
  const produced = declared.get(future._spec.identity)?.result;
  if (future._spec.outputs !== undefined || produced === undefined || OPEN.has(produced)) return undefined;
  const fits = produced === expected || (produced.prototype as unknown) instanceof (expected as new () => unknown);
  return fits ? undefined : `a Future of ${produced.name} from ${future._spec.name}`;
}

function mismatchedLiteral(value: unknown, expected: TypeConstructor): string | undefined {
  if (value === undefined || value === null) return undefined; // optional and nullable parameters look the same here
  const primitive = PRIMITIVES.get(expected);
  if (primitive !== undefined) return typeof value === primitive ? undefined : describeType(value);
  if (expected === Function) return typeof value === 'function' ? undefined : describeType(value);
  if (expected === Array) return Array.isArray(value) ? undefined : describeType(value);
  return value instanceof (expected as new () => unknown) ? undefined : describeType(value);
}

function describeType(value: unknown): string {
  if (typeof value !== 'object') return typeof value;
  const constructor: unknown = (value as object).constructor; // null was answered before
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'an object';
}

function tellUnchecked(spec: NodeSpec): void {
  if (told.has(spec.identity)) return;
  told.add(spec.identity);
  process.emitWarning(
    `\`checked\` has nothing to check ${spec.name} against: no design:paramtypes were emitted. ` +
      'Decorate a method and compile it by tsc with experimentalDecorators and emitDecoratorMetadata.',
    { type: 'LazydagWarning', code: 'DAG_CHECKED_TYPE' },
  );
}
