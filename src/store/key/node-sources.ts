import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodesNamed } from '../../graph/registry.js';
import type { Body, NodeIdentity, NodeSpec } from '../../graph/spec.js';
import type { CallOptions } from '../../graph/options.js';
import type { NodeStamp } from '../../graph/store.js';
import type { NodeStanding } from '../key-book.js';
import { ClassTexts } from './class-texts.js';
import { hexOfText, type Hasher } from '../hashing.js';
import type { ParseImports } from './imports.js';
import { ModuleFiles } from './module-files.js';
import { placeOf, splitNodeName, type NodePlace } from './node-place.js';
import type { Packages } from './packages.js';
import { type Package } from './packages.js';
import { SourceTree, type FileTime, type SourceFacts } from './source-tree.js';

/** What of the source identifies results. */
export type SourceMode = NonNullable<CallOptions['source']>;

/** The default of the option `source`. */
export const DEFAULT_MODE: SourceMode = 'imports';
const NO_SOURCE: SourceFacts = { hash: '', files: {}, latest: undefined };
/** Added to hashes of sources that may not be what runs: no other process finds what is stored under them. */
const UNTRUSTED = `-${randomUUID()}`;

/** What it takes to read sources. */
export interface SourceTools {
  readonly hasher: Hasher;
  readonly parse: ParseImports;
  readonly packages: Packages;
  /** The package that this library is. */
  readonly library: Package | undefined;
}

/** What nodes are made of, by their source. Sources are read once: what runs is what was loaded. */
export class NodeSources {
  /** Digests of nodes with their sources: these do not change while the process runs. */
  readonly digests = new WeakMap<NodeSpec, Uint8Array>();
  /** What stands for the classes of receivers. */
  readonly classes: ClassTexts;
  readonly #tools: SourceTools;
  readonly #loaded: SourceTree;
  readonly #places = new WeakMap<NodeIdentity, NodePlace>();
  readonly #bodies = new WeakMap<Body, string>();
  /** The first function of those without a name at each place, by what names them instead. */
  readonly #unnamed = new Map<string, WeakRef<Body>>();
  #warned = false;

  constructor(tools: SourceTools) {
    this.#tools = tools;
    this.classes = new ClassTexts(tools.hasher);
    this.#loaded = this.freshTree();
  }

  /** A tree that reads all files anew: of modules that this process has not loaded, which may change. */
  freshTree(): SourceTree {
    const { packages, library } = this.#tools;
    return new SourceTree({ ...this.#tools, modules: new ModuleFiles(packages, library) });
  }

  /** The node's name for all machines; nodes without one are named by the text of their function, and its place. */
  nameOf(identity: NodeIdentity): string {
    const { named, owner, name } = identity;
    const own = named ? `${owner === undefined ? '' : `${owner}.`}${name}` : this.#madeUpName(identity);
    return `${this.#placeOf(identity).module}#${own}`;
  }

  #madeUpName(identity: NodeIdentity): string {
    // Of the place, what is the same in every folder.
    const [position] = /\d+:\d+$/u.exec(identity.name) ?? [];
    return `anonymous-${this.#hashOfBody(identity)}${position === undefined ? '' : `@${position}`}`;
  }

  /**
   * Whether no other function of this process goes by what a node without a name is known by. The first stays the only one
   * when it is gone, for results may be stored that depend on it; a module that is loaded anew starts anew.
   */
  isAlone(identity: NodeIdentity): boolean {
    const name = `${identity.script ?? ''}\n${this.nameOf(identity)}`;
    const first = this.#unnamed.get(name);
    if (first === undefined) this.#unnamed.set(name, new WeakRef(identity.body));
    return first === undefined || first.deref() === identity.body;
  }

  /** What a node is under a way of taking its source; by default under its own. */
  stampOf(identity: NodeIdentity, mode = modeOf(identity)): NodeStamp {
    return { ...this.formOf(identity, mode), module: this.#moduleHash(identity) };
  }

  /** What of a stamp is in keys: with a version, no source has to be read. */
  formOf(identity: NodeIdentity, mode: SourceMode): Omit<NodeStamp, 'module'> {
    const { version } = identity;
    const form = { node: this.nameOf(identity), source: this.#sourceText(identity, mode) };
    return version === undefined ? form : { ...form, version };
  }

  /** The files that the source of a stamp stands for; undefined where it stands for none. */
  filesOf(identity: NodeIdentity, mode: SourceMode): SourceFacts['files'] | undefined {
    if (identity.version !== undefined || mode === 'none' || mode === 'function') return undefined;
    const { files } = this.#factsOf(identity, mode);
    return Object.keys(files).length === 0 ? undefined : files;
  }

  /** How a node that is, or could be, loaded compares to what it was. `unloaded` reads what is not loaded. */
  standingOf(stamp: NodeStamp, unloaded: () => SourceTree): NodeStanding {
    const parts = splitNodeName(stamp.node);
    if (parts === undefined) return 'not found';
    const loaded = this.#loadedAs(stamp.node, parts.name);
    if (loaded.length > 0) return loaded.some((identity) => this.#matches(identity, stamp)) ? 'current' : 'changed';
    const root = this.#tools.packages.named(parts.packageName)?.root;
    if (root === undefined || parts.path === '' || stamp.module === '') return 'not found';
    const tree = unloaded();
    const path = join(root, parts.path);
    if (!tree.has(path)) return 'not found';
    return tree.withImports(path).hash === stamp.module ? 'current' : 'changed';
  }

  #matches(identity: NodeIdentity, { version, source }: NodeStamp): boolean {
    if (identity.version !== version) return false;
    if (source === '') return true; // its version stands for it, or nothing does
    return this.#sourceText(identity, source.slice(0, source.indexOf(':')) as SourceMode) === source; // as it was written
  }

  #loadedAs(node: string, name: string): NodeIdentity[] {
    const dot = name.indexOf('.');
    const owned = dot === -1 ? [] : nodesNamed(name.slice(dot + 1));
    return [...nodesNamed(name), ...owned].filter((identity) => {
      if (this.nameOf(identity) === node) return true;
      // Standard decorators do not know the class of a method before it is called or there is an instance.
      const classUnknown = identity.method && identity.owner === undefined;
      return (
        classUnknown && node.startsWith(`${this.#placeOf(identity).module}#`) && name.endsWith(`.${identity.name}`)
      );
    });
  }

  /** The way stands before the hash, so that it can be made again. */
  #sourceText(identity: NodeIdentity, mode: SourceMode): string {
    if (identity.version !== undefined || mode === 'none') return '';
    if (mode === 'function') return `${mode}:${this.#hashOfBody(identity)}`;
    const facts = this.#factsOf(identity, mode);
    const changed = changedSince(identity, facts);
    if (changed === undefined) return `${mode}:${facts.hash}`;
    this.#warn(identity, changed);
    return `${mode}:${facts.hash}${UNTRUSTED}`;
  }

  /** Says once that a source may not be what was loaded. */
  #warn({ name }: NodeIdentity, { path }: FileTime): void {
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning(
      `${path} has changed since the node ${name}, which it is part of the source of, was defined: what runs may not be ` +
        'what is there now, and no other process will find results of such nodes. Start the program again; or give ' +
        'nodes whose sources change while it runs a `version`.',
      { code: 'DAG_SOURCE_CHANGED' },
    );
  }

  #factsOf(identity: NodeIdentity, mode: 'module' | 'imports'): SourceFacts {
    const { file, module } = this.#placeOf(identity);
    const { library } = this.#tools;
    if (file !== undefined && this.#loaded.has(file))
      return mode === 'module' ? this.#loaded.alone(file) : this.#loaded.withImports(file);
    // The text of its function is all there is; nodes of the library have its version, too.
    const version = library !== undefined && module.startsWith(`${library.name}:`) ? library.version : '';
    return { ...NO_SOURCE, hash: version + this.#hashOfBody(identity) };
  }

  #moduleHash(identity: NodeIdentity): string {
    const { file } = this.#placeOf(identity);
    if (file === undefined || !this.#loaded.has(file)) return '';
    const facts = this.#loaded.withImports(file);
    return changedSince(identity, facts) === undefined ? facts.hash : facts.hash + UNTRUSTED;
  }

  #placeOf(identity: NodeIdentity): NodePlace {
    let place = this.#places.get(identity);
    if (place === undefined) {
      place = placeOf(identity, this.#tools.packages);
      this.#places.set(identity, place);
    }
    return place;
  }

  #hashOfBody({ body }: NodeIdentity): string {
    let hash = this.#bodies.get(body);
    if (hash === undefined) {
      hash = hexOfText(this.#tools.hasher, Function.prototype.toString.call(body));
      this.#bodies.set(body, hash);
    }
    return hash;
  }
}

/** What of a source has changed since the node was defined, if anything has. */
function changedSince({ definedAt }: NodeIdentity, { latest }: SourceFacts): FileTime | undefined {
  return latest !== undefined && latest.at > definedAt ? latest : undefined;
}

/** How the source of a node is taken. */
function modeOf(identity: NodeIdentity): SourceMode {
  return identity.base?.options.source ?? DEFAULT_MODE;
}
