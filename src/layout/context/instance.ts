import { DagError } from '../../errors.js';
import { specOf } from '../../graph/node.js';
import { currentScope, type Scope } from '../../graph/scope.js';
import { Component, type Equipment } from '../component/component.js';
import { concludingOf } from '../component/concluding.js';
import { kindOf, type ComponentKind } from '../component/kinds.js';
import { parametersOf } from '../component/parameters.js';
import { resourcesOf } from '../component/resourced.js';
import { KeptArguments } from './kept-arguments.js';
import type { BuildRequest } from './messages.js';
import { shapeOf, type Shape } from './signature.js';

/** The method of a component that fires. */
export type Body = (...args: unknown[]) => unknown;

/** What an instance is made from. */
export interface InstanceParts {
  readonly request: BuildRequest;
  readonly equipment: Equipment;
  /** The scope of all bodies of the context. */
  readonly scope: Scope;
}

/** The instance of a component, with its resources and parameters; it may be made anew. */
export class Instance {
  readonly #parts: InstanceParts;
  /** What further instances are made from. */
  readonly #kept: KeptArguments | undefined;
  #component: Component;
  #compute: Body;
  /** What its `compute` takes and gives. */
  readonly shape: Shape;
  #resources: Readonly<Record<string, unknown>> | undefined;

  /** @throws what the constructor of the component throws, and DAG_LAYOUT */
  constructor(parts: InstanceParts) {
    this.#parts = parts;
    const { onError, args } = parts.request;
    this.#kept = onError === 'restart' ? new KeptArguments(args) : undefined;
    this.#component = this.#make(args);
    this.#compute = computeOf(this.#component);
    this.shape = shapeOf(this.#compute);
  }

  get component(): Component {
    return this.#component;
  }

  get kind(): ComponentKind {
    return kindOf(this.#component.constructor) ?? 'collector'; // it was seen to when it was made
  }

  /** Its `compute`, to be called on {@link component}. */
  get compute(): Body {
    return this.#compute;
  }

  /** What is to be asked when its parents have ended; undefined when there is nothing. */
  get end(): Body | undefined {
    const component = concludingOf(this.#component);
    return typeof component.end === 'function' ? (): unknown => component.end?.() : undefined;
  }

  /** Opens what the component needs. @throws what `start` throws */
  async start(resources: Readonly<Record<string, unknown>>): Promise<void> {
    const component = resourcesOf(this.#component);
    this.#resources = resources;
    await this.#inScope(() => component.start?.(resources));
    // It was given up and stopped meanwhile: what it has opened since then would stay open.
    if (!this.#isOpen()) await this.#inScope(() => component.stop?.());
  }

  /** Closes what `start` has opened. @throws what `stop` throws */
  async stop(): Promise<void> {
    if (!this.#isOpen()) return;
    this.#resources = undefined;
    await this.#inScope(() => resourcesOf(this.#component).stop?.());
  }

  /**
   * Makes the component anew, from copies of its arguments as they were at first and with the parameters that it had.
   *
   * @param wait between the end of the old one and the beginning of the new one; false gives it up.
   * @returns whether there is a new one.
   * @throws what `stop`, the constructor and `start` throw
   */
  async renew(wait: () => Promise<boolean>): Promise<boolean> {
    const resources = this.#resources;
    await this.stop();
    if (!(await wait())) return false;
    const before = parametersOf(this.#component);
    this.#component = this.#make(this.#kept?.fresh() ?? []);
    this.#compute = computeOf(this.#component);
    const after = parametersOf(this.#component);
    if (before !== undefined && after !== undefined) after.definition.struct.copy(before.values, after.values);
    if (resources !== undefined) await this.start(resources);
    return true;
  }

  /** @throws DAG_PARAMETER; then nothing may be set */
  checkParameters(values: Readonly<Record<string, unknown>>): void {
    const parameters = parametersOf(this.#component);
    if (parameters === undefined) {
      throw new DagError('DAG_PARAMETER', { message: `${this.#parts.request.name} has no parameters.` });
    }
    parameters.definition.check(values);
  }

  /** Sets parameters that were checked. */
  setParameters(values: Readonly<Record<string, unknown>>): void {
    const parameters = parametersOf(this.#component);
    parameters?.definition.struct.assign(parameters.values, values as never); // of its fields, as was checked
  }

  /** Sets all parameters from a record of them. @throws DAG_PARAMETER; then none was set */
  takeParameters(record: unknown): void {
    const parameters = parametersOf(this.#component);
    if (parameters === undefined) return;
    const values = parameters.definition.struct.toObject(record as never); // the layout has seen that the structs are equal
    this.checkParameters(values);
    this.setParameters(values);
  }

  #make(args: readonly unknown[]): Component {
    const { request, equipment } = this.#parts;
    const component = this.#inScope(() => makeComponent({ ...request, args }));
    Component.equip(component, equipment);
    return component;
  }

  #isOpen(): boolean {
    return this.#resources !== undefined;
  }

  #inScope<Result>(act: () => Result): Result {
    return currentScope.run(this.#parts.scope, act);
  }
}

/** @throws what the constructor throws, and DAG_LAYOUT */
function makeComponent({ factory, args, name }: BuildRequest): Component {
  const spec = specOf(factory);
  const make = (spec === undefined ? factory : spec.body) as (...args: readonly unknown[]) => unknown; // the layout gives nothing else
  const made = make(...args);
  if (made instanceof Component && kindOf(made.constructor) !== undefined) return made;
  throw new DagError('DAG_LAYOUT', { message: `${name} is no Emitter, Router or Collector.` });
}

function computeOf(component: Component): Body {
  const compute = 'compute' in component ? component.compute : undefined;
  if (typeof compute === 'function') return compute as Body;
  throw new DagError('DAG_LAYOUT', {
    message: `${component.constructor.name} has no method \`compute\`, which is what fires.`,
  });
}
