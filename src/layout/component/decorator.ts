import { DagError } from '../../errors.js';
import { captureStack, scriptOf } from '../../graph/call-site.js';
import { nodeFunction, newSpec } from '../../graph/node.js';
import { checkByRules, choiceRule, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions, describeOption } from '../../graph/options.js';
import type { Component } from './component.js';
import { kindOf } from './kinds.js';

/** What becomes of a layout when a firing of a component fails. */
export type OnError = 'stop' | 'restart' | 'skip';

/** How a component behaves in a layout; of its class, or of one of them by `.with()`. */
export interface ComponentOptions {
  /** Default: the name of the class, counted from the second on. */
  readonly name?: string;
  /**
   * `stop`, the default: the layout ends, and `done` rejects. `skip`: nothing is emitted for the values of this firing.
   * `restart`: it is stopped, made anew from copies of its arguments as they were at first, and started, later and later
   * when that fails at once. Shared memory stays shared; functions and instances without a codec are given once more.
   */
  readonly onError?: OnError;
  /**
   * Fires on any parent that triggers it, rather than on all: the others give the value that they gave last, or
   * undefined. Default false.
   */
  readonly merge?: boolean;
}

/** Options of {@link component}. */
export interface ComponentClassOptions extends ComponentOptions {
  /** URL of the module that defines the class (`import.meta.url`). Default: where `component` was called. */
  readonly module?: string;
}

const text = {
  expected: 'a text that is not empty',
  allows: (value: unknown): boolean => typeof value === 'string' && value !== '',
};

/** Rules for {@link ComponentOptions}. */
export const componentRules: OptionRules<ComponentOptions> = {
  name: text,
  onError: choiceRule('stop', 'restart', 'skip'),
  merge: { expected: 'true or false', allows: (value) => typeof value === 'boolean' },
};

/** A class of components. */
export type ComponentClass<Of extends Component = Component, Args extends readonly unknown[] = never[]> = new (
  ...args: Args
) => Of;

/** What the library knows of a class. */
export interface ComponentType {
  /** The node that makes an instance: threads find it by its module and name. Undefined for a class without decorator. */
  readonly factory: unknown;
  readonly options: ComponentOptions;
}

const known = new WeakMap<NewableFunction, ComponentType>();

/** The decorator of a class, in either dialect. */
export type ComponentDecorator = <Class extends abstract new (...args: never[]) => Component>(
  type: Class,
  context?: ClassDecoratorContext<Class>,
) => void;

/**
 * Makes a class one that layouts can build on threads, which find it by its module and name. The class stands at the top
 * level of its module and extends Emitter, Router or Collector.
 *
 * @throws DAG_OPTION, DAG_LAYOUT
 */
export function component(options: ComponentClassOptions = {}): ComponentDecorator {
  const all: unknown = options;
  checkIsOptions(all, '@component()');
  const { module: given, ...defaults } = options;
  const module = given ?? scriptOf(captureStack(component));
  checkByRules(options, { subject: '@component()', rules: { ...componentRules, module: text } });
  return (type) => {
    if (kindOf(type) === undefined) {
      throw new DagError('DAG_LAYOUT', {
        message: `@component() stands above a class that extends Emitter, Router or Collector, got ${describeOption(type)}.`,
      });
    }
    const Class = type as unknown as ComponentClass; // an abstract class fails when it is made
    const spec = newSpec((...args: never[]) => new Class(...args), {
      name: `component ${type.name}`,
      executor: 'pool',
      ...(module === undefined ? {} : { module }),
    });
    known.set(type, { factory: nodeFunction(spec), options: defaults });
  };
}

/** What is known of a class; nothing but the class itself where it has no decorator. */
export function typeOf(type: NewableFunction): ComponentType {
  return known.get(type) ?? { factory: undefined, options: {} };
}
