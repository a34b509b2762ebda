import { DagError } from '../../errors.js';
import { propertyPath } from '../../graph/argument-paths.js';
import { valueText } from '../../graph/value-text.js';
import { isIterator } from './iterators.js';

/** Text of one step of a path. */
export type Label = (key: string | number) => string;

/** Where a value is to stand: a key of a container, and the way from the root to it. */
export interface Site {
  readonly above: Site | undefined;
  readonly container: object;
  readonly key: string | number;
  readonly label: Label;
  readonly depth: number;
}

export const indexLabel: Label = (key) => `[${key.toString()}]`;
export const propertyLabel: Label = (key) => propertyPath(key.toString());
export const elementLabel: Label = (key) => `$set[${key.toString()}]`;
export const encodedLabel: Label = () => '$encoded';
export const rootLabel: Label = () => '';
/** Steps into a Map whose keys and values stand in turn in `entries`. */
export function entryLabel(entries: readonly unknown[]): Label {
  return (key) => {
    const index = Number(key);
    return index % 2 === 0 ? `$key[${(index / 2).toString()}]` : `$map[${valueText(entries[index - 1])}]`;
  };
}

/** What is wrong with a value, and what to do about it. */
export interface Obstacle {
  readonly problem: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** What the error for a value that cannot be packed says of it besides the obstacle. */
export interface Refused {
  readonly subject?: string;
  /** Default `'travel to another thread'`. */
  readonly aim?: string;
}

/** The error for a value that cannot be packed. */
export function cannotTravel(refused: Refused, site: Site, { problem, remedy, ...rest }: Obstacle): DagError {
  const { subject = '', aim = 'travel to another thread' } = refused;
  const path = `${subject}${pathOf(site)}`.replace(/^\./, '');
  return new DagError('DAG_CANNOT_TRAVEL', {
    message: `${path === '' ? 'The value' : path} cannot ${aim}: ${problem}.`,
    remedy,
    ...rest,
  });
}

function pathOf(site: Site): string {
  const steps: string[] = [];
  for (let step: Site | undefined = site; step !== undefined; step = step.above) steps.push(step.label(step.key));
  return steps.reverse().join('');
}

/** The obstacle that an object without codec is. */
export function obstacleOf(element: unknown): Obstacle {
  if (typeof element === 'symbol')
    return { problem: 'it is a symbol', remedy: 'Pass a string instead, and make the symbol where it is used.' };
  if (typeof element === 'function') {
    return {
      problem: element.name === '' ? 'it is a function' : `it is the function ${element.name}`,
      remedy: 'Pass a node, or the data that the function needs.',
    };
  }
  const name = classNameOf(element as object); // primitives travel
  if (isIterator(element as object)) {
    return {
      problem: `it is an instance of ${name}, which can be read only once`,
      remedy: 'Make an array of it: `[...values]`, or of an asynchronous one, of what `for await` gives.',
    };
  }
  return {
    problem: `it is an instance of ${name}, for which there is no codec`,
    remedy: `Pass plain data, or call registerCodec(${name}, { encode, decode }) at the top level of the module that defines it.`,
  };
}

/** The name of an object's class, as far as anything tells it. */
function classNameOf(element: object): string {
  try {
    const constructor: unknown = (Object.getPrototypeOf(element) as { constructor?: unknown }).constructor;
    const name = typeof constructor === 'function' ? constructor.name : '';
    if (name !== '' && name !== 'Object') return name;
    return Object.prototype.toString.call(element).slice('[object '.length, -1);
  } catch {
    return 'an unknown class';
  }
}
