import type { Bond } from './bond.js';
import { callSiteOf, captureStack, formatCallSite, scriptOf } from './call-site.js';
import type { CallOptions, NodeOptions } from './options.js';
import { scopes } from './scope.js';
import type { OutputsOption } from './types.js';

/** The body of a node. */
export type Body = (...args: never[]) => unknown;

/** Running means of what the runs of a node took; sampled, so `count` is not the number of calls. */
export class Sampled {
  count = 0;
  mean = 0;

  /** Takes one measurement in; later ones weigh at least 1/16, so that the mean follows a change. */
  add(measured: number): void {
    this.count += 1;
    this.mean += (measured - this.mean) / Math.min(this.count, 16);
  }
}

/** What all variants of one node share: its identity, its body and what its runs took. */
export class NodeIdentity {
  readonly body: Body;
  readonly version: string | undefined;
  /** False when the name had to be made up from the place of definition. */
  readonly named: boolean;
  /** Milliseconds per run of the body. */
  readonly cost = new Sampled();
  /** Bytes per result. */
  readonly bytes = new Sampled();
  /** Whether some result had bytes. */
  sized = false;
  /** Name of the class whose method the body is, '' for one without; undefined for what is no method, or not known yet. */
  owner: string | undefined = undefined;
  /** Whether the body is an async function, or has returned a promise. */
  asynchronous: boolean;
  /** Whether it was defined while a body ran: its function may see the inputs of that body. */
  readonly inBody: boolean;
  /** The spec that the node was defined with. */
  base: NodeSpec | undefined = undefined;
  /** Whether it is a method, of a class that may not be known yet. */
  method = false;
  /** Class or prototype that has the method, once it is known. */
  home: object | undefined = undefined;
  /** When it was defined, in milliseconds since 1970: what changes later in its source is not what runs. */
  readonly definedAt = Date.now();
  /** Runs of it must stay on this thread: no other can find it. */
  stays = false;
  readonly #site: Error | undefined;
  readonly #definedIn: Error | undefined;
  readonly #module: string | undefined;
  #script: string | undefined;
  #name: string | undefined;

  /** @param below the function of the library that user code called to define the node. */
  constructor(body: Body, options: NodeOptions, below: CallableFunction | NewableFunction = NodeIdentity) {
    this.body = body;
    this.version = options.version;
    const name = options.name ?? body.name;
    this.named = name !== '' && name !== 'anonymous';
    this.#name = this.named ? name : undefined;
    this.#module = options.module;
    this.#site = this.named && this.#module !== undefined ? undefined : captureStack(below);
    this.#definedIn = this.#module === undefined ? captureStack(below) : undefined;
    this.inBody = scopes.current()?.parent !== undefined;
    this.asynchronous = body.constructor.name === 'AsyncFunction';
  }

  /** Takes in what one run of the body took, and how large its result was. */
  measure(duration: number, bytes: number): void {
    this.cost.add(duration);
    this.measureSize(bytes);
  }

  /** Takes in how large one result was. */
  measureSize(bytes: number): void {
    this.bytes.add(bytes);
    this.sized ||= bytes > 0;
  }

  /** The node's name, or the place of its definition. */
  get name(): string {
    if (this.#name === undefined) {
      const site = this.#site === undefined ? undefined : callSiteOf(this.#site);
      this.#name = site === undefined ? 'anonymous' : formatCallSite(site);
    }
    return this.#name;
  }

  /** Like {@link module}, of the script that runs, whatever source maps say: what can be imported. */
  get script(): string | undefined {
    if (this.#definedIn !== undefined) this.#script ??= scriptOf(this.#definedIn);
    return this.#module ?? this.#script;
  }

  /** URL or path of the module that defined the node; undefined where the stack does not tell. */
  get module(): string | undefined {
    return this.#module ?? (this.#site === undefined ? undefined : callSiteOf(this.#site)?.file);
  }
}

/**
 * A node with the options of one call site. What every call and every run asks for stands in fields of its own:
 * options objects come in many shapes, and reading them would cost each call.
 */
export class NodeSpec {
  readonly identity: NodeIdentity;
  readonly options: NodeOptions;
  readonly body: Body;
  readonly memo: boolean;
  readonly checked: boolean;
  readonly effect: boolean;
  readonly outputs: OutputsOption | undefined;
  readonly persist: boolean | 'disk' | undefined;
  /** No option asks for anything when a call is made. */
  readonly simpleCall: boolean;
  /** No option asks for anything around the body, so a run may call it directly. */
  readonly simpleBody: boolean;
  /** The user estimates the cost or the size of its calls. */
  readonly estimated: boolean;
  /** Its calls go before or after others. */
  readonly prioritised: boolean;
  /** Its calls are completed by the scheduler itself, without an executor: parts of a value. */
  readonly immediate: boolean;
  /** What keeps its calls on one thread. */
  readonly bond: Bond | undefined;

  constructor(identity: NodeIdentity, options: NodeOptions, immediate = false, bond?: Bond) {
    this.identity = identity;
    this.options = options;
    this.body = identity.body;
    this.memo = options.memo ?? false;
    this.checked = options.checked ?? false;
    this.effect = options.effect ?? false;
    this.outputs = options.outputs;
    this.persist = options.persist;
    this.simpleCall =
      !this.memo &&
      !this.checked &&
      !this.effect &&
      this.outputs === undefined &&
      this.persist === undefined &&
      bond === undefined;
    this.simpleBody =
      (options.executor === undefined || options.executor === 'auto') &&
      options.retries === undefined &&
      options.timeout === undefined &&
      options.donate === undefined &&
      options.concurrency === undefined &&
      options.outputs === undefined &&
      bond === undefined;
    this.estimated = options.cost !== undefined || options.bytes !== undefined;
    this.prioritised = options.priority !== undefined;
    this.immediate = immediate;
    this.bond = bond;
  }

  get name(): string {
    return this.identity.name;
  }

  /** The same node with some options changed. */
  with(options: CallOptions): NodeSpec {
    return new NodeSpec(this.identity, { ...this.options, ...options }, this.immediate, this.bond);
  }

  /** The same node, its calls bound to one thread of whatever pool runs them. */
  bonded(bond: Bond): NodeSpec {
    return new NodeSpec(this.identity, this.options, this.immediate, bond);
  }
}
