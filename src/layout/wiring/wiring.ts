import { DagError } from '../../errors.js';
import { checkByRules } from '../../graph/option-rules.js';
import { checkIsOptions, describeOption } from '../../graph/options.js';
import type { Component, TakesFrom } from '../component/component.js';
import { typeOf, type ComponentClass } from '../component/decorator.js';
import { kindOf } from '../component/kinds.js';
import { Prepared } from '../component/prepared.js';
import { ComponentRef } from './component-ref.js';
import { Context, contextRules, type ContextOptions } from './context.js';
import { checkEdgeOptions, type Edge, type EdgeOptions } from './edge.js';

/** What a layout is made of: contexts, components in them, and connections between these. */
export class Wiring {
  readonly contexts: Context[] = [];
  readonly components: ComponentRef[] = [];
  readonly edges: Edge[] = [];
  readonly #names: NameCounts;

  /** @param names those that are taken, where it adds to a layout that runs. */
  constructor(names = new NameCounts()) {
    this.#names = names;
  }

  /** A new place for components: a thread, unless it is `inline`. @throws DAG_OPTION */
  context(options: ContextOptions = {}): Context {
    const given: unknown = options;
    checkIsOptions(given, 'context()');
    checkByRules(options, { subject: 'context()', rules: contextRules });
    const context = new Context(options.name ?? this.#names.next('context', true), options);
    this.contexts.push(context);
    return context;
  }

  /** @throws DAG_LAYOUT */
  add<Of extends Component>(
    context: Context,
    component: ComponentClass<Of> | Prepared<Of>,
    ...args: readonly unknown[]
  ): ComponentRef<Of> {
    const given: unknown = context;
    if (!(given instanceof Context)) {
      throw new DagError('DAG_LAYOUT', {
        message: `add() expects a context first, got ${describeOption(given)}.`,
        remedy: 'Make one with this.context().',
      });
    }
    const prepared = component instanceof Prepared;
    const type = prepared ? component.type : component;
    if (typeof (type as unknown) !== 'function' || kindOf(type) === undefined) {
      throw new DagError('DAG_LAYOUT', {
        message: `add() expects a class that extends Emitter, Router or Collector, got ${describeOption(type)}.`,
      });
    }
    const { factory, options } = typeOf(type);
    if (factory === undefined && context.options.inline !== true) {
      throw new DagError('DAG_LAYOUT', {
        message: `${type.name} cannot be built on a thread: the class has no decorator.`,
        remedy: 'Put @component() above it, or add it to a context({ inline: true }).',
      });
    }
    if (prepared) component.claim(this.#names); // the same for all changes of a layout
    const ref = new ComponentRef<Of>({
      context,
      type,
      args: prepared ? component.args : args,
      name: this.#names.next(prepared ? component.name : type.name, false),
      options,
    });
    this.components.push(ref);
    return ref;
  }

  /** @throws DAG_OPTION, DAG_LAYOUT */
  connect<From extends Component, To extends Component>(
    from: ComponentRef<From>,
    to: ComponentRef<To> & TakesFrom<From, To>,
    options: EdgeOptions = {},
  ): void {
    checkEdgeOptions(options);
    checkEnds('connect()', from, to);
    if (kindOf(from.type) === 'collector') {
      throw new DagError('DAG_LAYOUT', { message: `connect(): ${from.name} is a collector, which emits nothing.` });
    }
    if (kindOf(to.type) === 'emitter') {
      throw new DagError('DAG_LAYOUT', {
        message: `connect(): ${to.name} is an emitter, which takes nothing.`,
        remedy: 'Let its class extend Router.',
      });
    }
    this.edges.push({ from, to, role: options.trigger === false ? 'sample' : 'trigger', options });
  }

  /** @throws DAG_LAYOUT */
  parametrize(from: ComponentRef, to: ComponentRef): void {
    checkEnds('parametrize()', from, to);
    if (kindOf(from.type) === 'collector') {
      throw new DagError('DAG_LAYOUT', { message: `parametrize(): ${from.name} is a collector, which emits nothing.` });
    }
    this.edges.push({ from, to, role: 'parameters', options: {} });
  }
}

/** How often names were given, so that each is another. */
export class NameCounts {
  readonly #counts = new Map<string, number>();

  next(name: string, always: boolean): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count > 1 || always ? `${name} ${count.toString()}` : name;
  }
}

function checkEnds(subject: string, ...ends: readonly unknown[]): void {
  for (const end of ends) {
    if (end instanceof ComponentRef) continue;
    throw new DagError('DAG_LAYOUT', {
      message: `${subject} expects what add() has given, got ${describeOption(end)}.`,
    });
  }
}
