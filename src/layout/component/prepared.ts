import type { Component } from './component.js';
import type { ComponentClass } from './decorator.js';

/** A class with its arguments, as `unit()` gives it: to be added like a class. */
export class Prepared<Of extends Component = Component> {
  constructor(
    readonly type: ComponentClass<Of>,
    readonly args: readonly unknown[],
    readonly name: string,
  ) {}

  /**
   * Told when it is added: `layout` stands for one run of a layout.
   *
   * @throws DagError where it cannot be added there, once more for one.
   * @internal
   */
  claim(_layout: object): void {
    // Others than units may be added as often as one likes.
  }
}
