import { DagError } from '../../errors.js';
import type { NodeSpec } from '../../graph/spec.js';
import { parametersOf, type Parameter } from './parameters.js';

/** Arguments that do not count in keys, by position. */
export interface IgnoredArguments {
  /** Whether an argument does not count at all. */
  skips(position: number): boolean;
  /** Properties of an argument that do not count; undefined where all do. */
  propertiesAt(position: number): ReadonlySet<string> | undefined;
}

class Ignored implements IgnoredArguments {
  readonly #positions: ReadonlySet<number>;
  /** From here on, all are ignored. */
  readonly #rest: number;
  readonly #properties: ReadonlyMap<number, ReadonlySet<string>>;

  constructor(parameters: readonly Parameter[], names: ReadonlySet<string>) {
    const positions = new Set<number>();
    const properties = new Map<number, ReadonlySet<string>>();
    let rest = Infinity;
    for (const [position, parameter] of parameters.entries()) {
      const ignored = parameter.properties?.filter((name) => names.has(name)) ?? [];
      if (ignored.length > 0) properties.set(position, new Set(ignored));
      if (parameter.name === undefined || !names.has(parameter.name)) continue;
      if (parameter.rest) rest = position;
      else positions.add(position);
    }
    this.#positions = positions;
    this.#rest = rest;
    this.#properties = properties;
  }

  skips(position: number): boolean {
    return position >= this.#rest || this.#positions.has(position);
  }

  propertiesAt(position: number): ReadonlySet<string> | undefined {
    return this.#properties.get(position);
  }
}

/**
 * What the option `ignore` leaves out of a node's keys: whole parameters, and properties that a parameter takes apart
 * (`({ log, rate }) => …`). Undefined without the option.
 *
 * @throws DAG_OPTION for a name that is neither.
 */
export function ignoredOf(spec: NodeSpec): IgnoredArguments | undefined {
  const { ignore } = spec.options;
  if (ignore === undefined || ignore.length === 0) return undefined;
  const parameters = parametersOf(spec.body);
  if (parameters === undefined) {
    throw new DagError('DAG_OPTION', {
      message: `node(${spec.name}): \`ignore\` needs the names of the parameters, and its function has no source text.`,
      remedy: 'Wrap it in a function of your own.',
    });
  }
  const known = parameters.flatMap(({ name, properties = [] }) => (name === undefined ? properties : [name]));
  const unknown = ignore.find((name) => !known.includes(name));
  if (unknown === undefined) return new Ignored(parameters, new Set(ignore));
  throw new DagError('DAG_OPTION', {
    message: `node(${spec.name}): \`ignore\` must name parameters, got ${JSON.stringify(unknown)}.`,
    remedy: known.length === 0 ? 'It has none that have a name.' : `It has ${known.join(', ')}.`,
  });
}
