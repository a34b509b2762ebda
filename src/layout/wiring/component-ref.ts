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

  /** Sets options of this component, before the layout starts. @throws DAG_OPTION */
  with(options: ComponentOptions): this {
    checkIsOptions(options, `${this.name}.with()`);
    checkByRules(options, { subject: `${this.name}.with()`, rules: componentRules });
    this.#options = { ...this.#options, ...options };
    return this;
  }
}
