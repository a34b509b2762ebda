import { specOf } from '../../graph/node.js';
import type { NodeIdentity, NodeSpec } from '../../graph/spec.js';
import { hexOfText, type Hasher } from '../hashing.js';

/** What stands for the classes of receivers: what a method calls on `this` may be in a class that its module does not know. */
export class ClassTexts {
  readonly #hasher: Hasher;
  /** By class, or the prototype of one. */
  readonly #hashes = new WeakMap<object, string>();
  readonly #forms = new WeakMap<object, WeakMap<NodeSpec, string>>();

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /**
   * Hash of the texts of the classes from `start`, a class or a prototype, up to the one that has the method; all of
   * them where none has it. That one counts only where the source of the node does. '' where nothing counts.
   * O(what the classes have), once for a class and a node.
   */
  formOf(start: object, spec: NodeSpec): string {
    let forms = this.#forms.get(start);
    if (forms === undefined) {
      forms = new WeakMap<NodeSpec, string>();
      this.#forms.set(start, forms);
    }
    let form = forms.get(spec);
    if (form === undefined) {
      const hashes = this.#chain(start, spec).map((at) => this.#hashOf(at));
      form = hashes.length === 0 ? '' : hexOfText(this.#hasher, hashes.join('\n'));
      forms.set(spec, form);
    }
    return form;
  }

  #chain(start: object, { identity, options: { source } }: NodeSpec): object[] {
    const sourceCounts = identity.version === undefined && source !== 'none' && source !== 'function';
    const chain: object[] = [];
    for (let at: object | null = start; at !== null && !isRoot(at); at = parentOf(at)) {
      const owns = hasNode(at, identity);
      if (!owns || sourceCounts) chain.push(at);
      if (owns) break;
    }
    return chain;
  }

  #hashOf(at: object): string {
    let hash = this.#hashes.get(at);
    if (hash === undefined) {
      hash = hexOfText(this.#hasher, textOf(at));
      this.#hashes.set(at, hash);
    }
    return hash;
  }
}

function parentOf(at: object): object | null {
  return Object.getPrototypeOf(at) as object | null;
}

/** Whether it is what all objects, or all functions, have: of whatever realm. */
function isRoot(at: object): boolean {
  const parent = parentOf(at);
  return parent === null || (typeof at === 'function' && parentOf(parent) === null);
}

function hasNode(at: object, identity: NodeIdentity): boolean {
  return Reflect.ownKeys(at).some((key) => specOf(ownValue(at, key))?.identity === identity);
}

/** A property without calling a getter. */
function ownValue(at: object, key: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(at, key)?.value;
}

/** The text of a class; that of a function which makes instances has none of its methods, so these are added. */
function textOf(at: object): string {
  const maker = typeof at === 'function' ? at : ownValue(at, 'constructor');
  const text = typeof maker === 'function' ? Function.prototype.toString.call(maker) : '';
  return /^class\b/u.test(text) ? text : [text, ...methodTexts(at)].join('\n');
}

function methodTexts(at: object): string[] {
  return Reflect.ownKeys(at).flatMap((key) => {
    const members: unknown[] = Object.values(Object.getOwnPropertyDescriptor(at, key) ?? {});
    const functions = members.filter((member) => typeof member === 'function');
    return functions.map((member) => `${String(key)} ${Function.prototype.toString.call(member)}`);
  });
}
