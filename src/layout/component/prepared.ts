import type { Component } from './component.js';
import type { ComponentClass } from './decorator.js';

/** A class with its arguments, as `unit()` gives it: to be added like a class. */
export class Prepared<Of extends Component = Component> {
  constructor(
    readonly type: ComponentClass<Of>,
    readonly args: readonly unknown[],
    readonly name: string,
  ) {}
}
