import { DagError } from '../../errors.js';
import { checkByRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import type { Component } from '../component/component.js';
import { componentRules, type ComponentClass, type ComponentOptions } from '../component/decorator.js';
import type { Context } from './context.js';

/** What a layout knows a component by; the component itself lives in its context. Made by `add()`. */
export class ComponentRef<Of extends Component = Component> {
  readonly context: Context;
  /** @internal */
  readonly type: ComponentClass<Of>;
  /** @internal */
  readonly args: readonly unknown[];
  #options: ComponentOptions;
  #built = false;
  readonly #counted: string;

  constructor(parts: {
    readonly context: Context;
    readonly type: ComponentClass<Of>;
    readonly args: readonly unknown[];
    readonly name: string;
    readonly options: ComponentOptions;
  }) {
    this.context = parts.context;
    this.type = parts.type;
    this.args = parts.args;
    this.#counted = parts.name;
    this.#options = parts.options;
  }

  /** How errors, figures and pictures call it. */
  get name(): string {
    return this.#options.name ?? this.#counted;
  }

  /** @internal */
  get options(): ComponentOptions {
    return this.#options;
  }

  /** It has gone to its context with the options that it has. @internal */
  built(): void {
    this.#built = true;
  }

  /** Sets options of this component, before it is built: in `setup()` or in a change. @throws DAG_OPTION, DAG_LAYOUT */
  with(options: ComponentOptions): this {
    if (this.#built) {
      throw new DagError('DAG_LAYOUT', {
        message: `${this.name}.with() expects a component that was not built yet, and this one was.`,
        remedy: 'Give the options where it is added, or remove it and add another one.',
      });
    }
    checkIsOptions(options, `${this.name}.with()`);
    checkByRules(options, { subject: `${this.name}.with()`, rules: componentRules });
    this.#options = { ...this.#options, ...options };
    return this;
  }
}
