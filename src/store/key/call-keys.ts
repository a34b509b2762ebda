import { types } from 'node:util';
import { DagError, describeThrown } from '../../errors.js';
import { displayName } from '../../graph/dependencies.js';
import { Future } from '../../graph/future.js';
import { assertUnique } from '../../graph/registry.js';
import type { NodeIdentity, NodeSpec } from '../../graph/spec.js';
import { sortOf } from '../../memory/payload/sort.js';
import { cannotKey, classNameOf } from './cannot-key.js';
import { CanonicalWriter } from './canonical.js';
import type { Hasher } from '../hashing.js';
import { ignoredOf, type IgnoredArguments } from './ignored.js';
import { DEFAULT_MODE, type NodeSources, type SourceMode } from './node-sources.js';
import { hiddenStateOf, isInstance } from './receiver.js';
import * as tags from './tags.js';

/** What the calls of one spec have in common. */
interface CallPlan {
  /** Stands for the node. */
  readonly digest: Uint8Array;
  readonly ignored: IgnoredArguments | undefined;
  readonly key: ((...args: never[]) => unknown) | undefined;
}

/** What calls are looked up in. */
export interface CallKeysContext {
  readonly hasher: Hasher;
  readonly sources: NodeSources;
  readonly keyOf: (future: Future) => string | undefined;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Writes what makes up one call, given the keys of the calls that it takes. */
export class CallKeys {
  readonly #context: CallKeysContext;
  readonly #writer: CanonicalWriter;
  #plans: WeakMap<NodeSpec, CallPlan> | undefined = undefined;
  #receivers: WeakMap<object, Uint8Array> | undefined = undefined;
  /** What `key` gave for calls that wait for the keys of others: it may give other Futures when it is asked again. */
  #added: Map<Future, unknown> | undefined = undefined;
  /** What is being written, for errors. */
  #call: Future | undefined;
  /** Position of an argument, or what else of the call it is. */
  #part: number | string = '';

  constructor(context: CallKeysContext) {
    this.#context = context;
    this.#writer = new CanonicalWriter(context.hasher, {
      keyOf: context.keyOf,
      digestOf: (spec) => this.#digestOf(spec),
      subject: () => this.#subject(),
    });
  }

  /** The key of a call; undefined when {@link missing} have to get theirs before. @throws DAG_CANNOT_KEY, DAG_OPTION */
  keyOf(call: Future): string | undefined {
    const writer = this.#begin(call);
    for (const arg of call._args) {
      if (arg instanceof Future && this.#context.keyOf(arg) === undefined) writer.missing.push(arg);
    }
    // No use to write the rest twice.
    if (writer.missing.length > 0) return undefined;
    if (call._spec.immediate) this.#writePart(call);
    else this.#writeCall(call);
    return writer.missing.length > 0 ? undefined : writer.takeHex(0);
  }

  /** Refuses a call whose node cannot be told from another one, for calls whose keys are known. @throws DAG_DUPLICATE_NODE */
  check({ _spec: spec }: Future): void {
    if (!spec.immediate) this.#planOf(spec);
  }

  /** The calls that the last one waits for. */
  get missing(): readonly Future[] {
    return this.#writer.missing;
  }

  /** Hashes of the arguments, and of what else makes up a call; all calls that it takes must have keys. */
  partsOf(call: Future): string[] {
    const { _args: args, _receiver: receiver } = call;
    const { ignored, key } = this.#planOf(call._spec);
    const hashes = args.map((arg, position) => {
      if (ignored?.skips(position) === true) return '';
      if (arg instanceof Future) return this.#context.keyOf(arg) ?? '';
      return this.#hashOf(call, () => {
        this.#argument(arg, position, ignored);
      });
    });
    if (receiver !== undefined)
      hashes.push(
        `this:${this.#hashOf(call, () => {
          this.#receiver(call);
        })}`,
      );
    if (key !== undefined)
      hashes.push(
        `key:${this.#hashOf(call, () => {
          this.#addedKey(call, key);
        })}`,
      );
    this.#added?.delete(call);
    return hashes;
  }

  /** Hash of the key of a part. */
  partHash(part: Future): string {
    return this.#hashOf(part, () => {
      this.#partKey(part);
    });
  }

  #hashOf(call: Future, write: () => void): string {
    const writer = this.#begin(call);
    write();
    return writer.takeHex(0);
  }

  #subject(): string {
    const part = typeof this.#part === 'number' ? `argument ${this.#part.toString()}` : this.#part;
    return this.#call === undefined ? part : `${displayName(this.#call)}: ${part}`;
  }

  #begin(call: Future): CanonicalWriter {
    this.#call = call;
    this.#writer.missing.length = 0;
    this.#writer.out.at = 0;
    return this.#writer;
  }

  #writePart(part: Future): void {
    const { out } = this.#writer;
    out.byte(tags.PART);
    out.ascii(this.#context.keyOf(part._args[0] as Future) ?? ''); // of a part, the call that it is a part of
    this.#partKey(part);
  }

  #partKey(part: Future): void {
    this.#part = 'the key of a part';
    this.#writer.write(part._args[1]);
  }

  #writeCall(call: Future): void {
    const { out } = this.#writer;
    const { digest, ignored, key } = this.#planOf(call._spec);
    const args = call._args;
    let count = args.length;
    // Whether an argument that does not count was given at the end does not count either.
    if (ignored !== undefined) while (count > 0 && ignored.skips(count - 1)) count -= 1;
    out.count(tags.CALL, count);
    out.bytes(digest);
    this.#receiver(call);
    for (let position = 0; position < count; position += 1) {
      if (ignored?.skips(position) === true) out.byte(tags.IGNORED);
      else this.#argument(args[position], position, ignored);
    }
    if (key !== undefined && this.missing.length === 0) {
      out.byte(tags.ADDED);
      this.#addedKey(call, key);
    }
  }

  #argument(arg: unknown, position: number, ignored: IgnoredArguments | undefined): void {
    this.#part = position;
    const omitted = ignored?.propertiesAt(position);
    if (omitted !== undefined && isPlain(arg)) this.#writer.writeProperties(arg, omitted);
    else this.#writer.write(arg);
  }

  #receiver({ _receiver: receiver, _spec: spec }: Future): void {
    const writer = this.#writer;
    this.#part = 'this';
    if (typeof receiver === 'function') {
      writer.out.byte(tags.CLASS);
      writer.out.text(receiver.name);
      writer.out.text(this.#context.sources.classes.formOf(receiver, spec));
    } else if (typeof receiver !== 'object' || receiver === null || isPlain(receiver)) writer.write(receiver);
    else {
      let digest = this.#receivers?.get(receiver);
      if (digest === undefined) {
        const start = writer.out.at;
        this.#instance(receiver);
        digest = writer.take(start);
        if (this.missing.length === 0) (this.#receivers ??= new WeakMap<object, Uint8Array>()).set(receiver, digest);
      }
      writer.digest(tags.RECEIVER, digest);
      if (isInstance(receiver)) {
        const prototype = Object.getPrototypeOf(receiver) as object; // an instance has one
        writer.out.text(this.#context.sources.classes.formOf(prototype, spec));
      }
    }
  }

  /** By its codec, else by the fields that are all there is of it. */
  #instance(receiver: object): void {
    if (!isInstance(receiver)) {
      this.#writer.write(receiver);
      return;
    }
    const hidden = hiddenStateOf(receiver);
    if (hidden !== undefined) throw cannotKey(this.#subject(), hidden);
    this.#writer.out.text(classNameOf(receiver));
    this.#writer.writeProperties(receiver, NOTHING);
  }

  #addedKey(call: Future, key: (...args: never[]) => unknown): void {
    this.#part = 'what `key` gave';
    const added = (this.#added ??= new Map<Future, unknown>());
    if (!added.has(call)) added.set(call, this.#askForKey(call, key));
    this.#writer.write(added.get(call));
    if (this.missing.length === 0) added.delete(call);
  }

  #askForKey({ _spec: spec, _receiver: receiver, _args: args }: Future, key: (...args: never[]) => unknown): unknown {
    let added: unknown;
    try {
      added = Reflect.apply(key, receiver, args);
    } catch (cause) {
      throw new DagError('DAG_OPTION', {
        message: `node(${spec.name}): its \`key\` failed: ${describeThrown(cause)}.`,
        remedy: 'It gets the arguments of the call, Futures among them as Futures.',
        cause,
      });
    }
    if (!types.isPromise(added)) return added;
    added.catch(() => undefined); // nobody waits for it
    throw cannotKey(this.#subject(), {
      problem: 'a promise',
      remedy: 'Let `key` give its value at once: read what it needs before, or in a node whose call is an argument.',
    });
  }

  #planOf(spec: NodeSpec): CallPlan {
    let plan = this.#plans?.get(spec);
    if (plan === undefined) {
      plan = { digest: this.#digestOf(spec), ignored: ignoredOf(spec), key: spec.options.key };
      (this.#plans ??= new WeakMap<NodeSpec, CallPlan>()).set(spec, plan);
    }
    return plan;
  }

  #digestOf(spec: NodeSpec): Uint8Array {
    const { sources } = this.#context;
    this.#refuseTwins(spec.identity);
    let digest = sources.digests.get(spec);
    if (digest === undefined) {
      const { node, version, source } = sources.formOf(spec.identity, modeOfSpec(spec));
      const { out } = this.#writer;
      const start = out.at;
      out.text(node);
      out.text(source);
      if (version !== undefined) out.text(version);
      digest = this.#writer.take(start);
      if (isSettled(spec.identity)) sources.digests.set(spec, digest);
    }
    return digest;
  }

  /** Two functions must never be taken for one: their results would be mistaken for each other's. */
  #refuseTwins(identity: NodeIdentity): void {
    if (identity.named) {
      assertUnique(identity);
      return;
    }
    if (this.#context.sources.isAlone(identity)) return;
    throw new DagError('DAG_DUPLICATE_NODE', {
      message: `Two different functions without a name are the node at ${identity.name}, and a result that depends on it must be stored: what they see from outside may differ.`,
      remedy: 'Define the node once, outside of other functions; or give each its own `name`.',
    });
  }
}

/** How the source of a spec's node is taken. */
export function modeOfSpec({ options: { source } }: NodeSpec): SourceMode {
  return source ?? DEFAULT_MODE;
}

/** Whether the name of a node stays as it is: the class of a method may be found yet. */
function isSettled({ method, owner }: NodeIdentity): boolean {
  return !method || owner !== undefined;
}

/** Whether a value is an object without a class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return sortOf(value) === 'record';
}
