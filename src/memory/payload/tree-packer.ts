import { types } from 'node:util';
import { DagError, describeThrown } from '../../errors.js';
import { BufferTable } from './buffer-table.js';
import {
  cannotTravel,
  elementLabel,
  encodedLabel,
  entryLabel,
  indexLabel,
  obstacleOf,
  propertyLabel,
  rootLabel,
  type Label,
  type Obstacle,
  type Site,
} from './cannot-travel.js';
import { codecOf, registeredCodecOf, type KnownCodec } from './codec.js';
import type { PackContext } from './context.js';
import { errorParts } from './error-parts.js';
import * as format from './format.js';
import { DEEPEST, isLeaf } from './plain-tree.js';
import { isPrimitive, sortOf, type Sort } from './sort.js';
import { lengthOf, viewType } from './views.js';

/** A value that is still to be put at a site, or a step to be taken once all inside a value is done. */
type Task = { readonly element: unknown; readonly site: Site } | (() => void);

/** Stands for an instance while what it encodes to is packed. */
const IN_PROGRESS = -1;

/**
 * Packs one value that structured clone alone does not serve: copies the containers that hold objects and leaves the rest as it is. Goes
 * depth first, with a stack of its own, so that the program makes what is inside a value before the value.
 */
export class TreePacker {
  readonly #context: PackContext;
  readonly #program: unknown[] = [];
  readonly #buffers: BufferTable;
  readonly #codecs: string[] = [];
  readonly #codecIndices = new Map<KnownCodec, number>();
  /** What became of each object: the index of a value, or an object that stands in the message. */
  readonly #known = new Map<unknown, number | object>();
  readonly #tasks: Task[] = [];
  #values = 0;

  constructor(context: PackContext) {
    this.#context = context;
    this.#buffers = new BufferTable(context.memory);
  }

  /** @throws DAG_CANNOT_TRAVEL, DAG_PEER_MISSING */
  pack(value: unknown): format.PackedTree {
    const root: [unknown] = [undefined];
    this.#tasks.push({ element: value, site: siteIn(root, 0, { above: undefined, label: rootLabel }) });
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      if (typeof task === 'function') task();
      else this.#visit(task.element, task.site);
    }
    this.#buffers.place(this.#program);
    return [format.TREE, root, this.#program, this.#buffers.buffers, this.#codecs];
  }

  #visit(element: unknown, site: Site): void {
    if (isPrimitive(element)) {
      assign(site, element);
      return;
    }
    const known = this.#known.get(element);
    if (known !== undefined) {
      this.#put(known, site);
      return;
    }
    try {
      if (typeof element === 'object' && element !== null) this.#visitObject(element, site);
      else this.#visitSpecial(element, site);
    } catch (thrown) {
      if (thrown instanceof DagError) throw thrown;
      // A getter or a proxy.
      throw this.#refusal(site, {
        problem: `reading it failed: ${describeThrown(thrown)}`,
        remedy: 'Pass plain data.',
        cause: thrown,
      });
    }
  }

  #visitObject(element: object, site: Site): void {
    const sort = sortOf(element);
    switch (sort) {
      case 'atom':
        this.#keep(element, element, site);
        return;
      case 'view':
        this.#visitView(element as ArrayBufferView, site); // by its sort, as below
        return;
      case 'buffer':
        this.#visitBuffer(element as ArrayBufferLike, site);
        return;
      case 'error':
        if (registeredCodecOf(element) === undefined) this.#visitError(element as Error, site);
        else this.#visitSpecial(element, site);
        return;
      case 'instance':
        this.#visitSpecial(element, site);
        return;
      case 'array':
      case 'record':
      case 'map':
      case 'set':
        if (isLeaf(element, sort)) this.#keep(element, element, site);
        else this.#visitContainer(element, sort, site);
        return;
    }
  }

  #visitContainer(element: object, sort: Sort, site: Site): void {
    const at = this.#tasks.length;
    if (sort === 'array') {
      const copy = (element as unknown[]).slice();
      this.#keep(element, copy, site);
      this.#enterArray(element as unknown[], copy, site);
    } else if (sort === 'map' || sort === 'set') {
      const isMap = sort === 'map';
      const copy = isMap ? new Map<unknown, unknown>() : new Set<unknown>();
      // Objects are filled in later, which a Map or Set does not allow without losing its order.
      const originals = isMap ? [...(element as Map<unknown, unknown>)].flat() : [...(element as Set<unknown>)];
      const elements = originals.slice();
      this.#keep(element, copy, site);
      this.#tasks.push(() => this.#program.push(isMap ? format.FILL_MAP : format.FILL_SET, copy, elements));
      this.#enterElements(elements, { above: site, label: isMap ? entryLabel(originals) : elementLabel });
    } else {
      const copy: Record<string, unknown> = {};
      this.#keep(element, copy, site);
      this.#enterRecord(element, copy, site);
      if (Object.getPrototypeOf(element) === null) this.#program.push(format.CLEAR_PROTOTYPE, copy);
    }
    reverse(this.#tasks, at + (sort === 'map' || sort === 'set' ? 1 : 0));
  }

  #enterArray(original: unknown[], copy: unknown[], site: Site): void {
    this.#enterElements(copy, { above: site, label: indexLabel });
    const keys = Object.keys(original);
    const named = keys.findLastIndex((key) => /^\d+$/.test(key)) + 1; // indices come first
    for (const key of keys.slice(named)) {
      const element: unknown = (original as unknown as Record<string, unknown>)[key];
      this.#enter(element, siteIn(copy, key, { above: site, label: propertyLabel }));
    }
  }

  /** Takes the objects out of an array, to be put in again as they travel; holes stay. */
  #enterElements(elements: unknown[], { above, label }: Pick<Site, 'above' | 'label'>): void {
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index];
      if (isPrimitive(element)) continue;
      this.#enter(element, siteIn(elements, index, { above, label }));
    }
  }

  #enterRecord(original: object, copy: Record<string, unknown>, above: Site): void {
    for (const key of Object.keys(original)) {
      const site = siteIn(copy, key, { above, label: propertyLabel });
      let element: unknown;
      try {
        element = (original as Record<string, unknown>)[key];
      } catch (thrown) {
        throw this.#refusal(site, {
          problem: `its getter failed: ${describeThrown(thrown)}`,
          remedy: 'Pass plain data.',
          cause: thrown,
        });
      }
      this.#enter(element, site);
    }
    for (const symbol of Object.getOwnPropertySymbols(original)) {
      if (!Object.prototype.propertyIsEnumerable.call(original, symbol)) continue;
      throw this.#refusal(siteIn(copy, symbol.toString(), { above, label: propertyLabel }), {
        problem: 'its key is a symbol',
        remedy: 'Use a string as the key.',
      });
    }
  }

  /** Puts a primitive at its site at once; keeps the place for an object, so that the order of keys stays. */
  #enter(element: unknown, site: Site): void {
    const simple = isPrimitive(element);
    assign(site, simple ? element : undefined);
    if (!simple) this.#tasks.push({ element, site });
  }

  #visitView(view: ArrayBufferView, site: Site): void {
    const type = viewType(view);
    if (type === undefined) {
      this.#visitSpecial(view, site);
      return;
    }
    if (view.byteLength === 0) new Uint8Array(view.buffer); // throws when it was transferred
    this.#context.counted?.(view.byteLength);
    const position = this.#program.length + 3;
    const buffer = this.#buffers.addView(view, type, position);
    this.#program.push(format.MAKE_VIEW, type, buffer, view.byteOffset, lengthOf(view));
    this.#keep(view, this.#values++, site);
  }

  #visitBuffer(buffer: ArrayBufferLike, site: Site): void {
    if (types.isSharedArrayBuffer(buffer)) this.#context.counted?.(buffer.byteLength);
    else if (buffer.byteLength === 0) new Uint8Array(buffer); // throws when it was transferred
    this.#program.push(format.MAKE_BUFFER, this.#buffers.addBuffer(buffer));
    this.#keep(buffer, this.#values++, site);
  }

  #visitError(error: Error, site: Site): void {
    const { type, message, name, hidden, shown } = errorParts(error);
    const index = this.#values++;
    const copies: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
    this.#program.push(format.MAKE_ERROR, type, message, name);
    this.#keep(error, index, site);
    this.#tasks.push(() => this.#program.push(format.FILL_ERROR, index, ...copies));
    const at = this.#tasks.length;
    this.#enterRecord(hidden, copies[0], site);
    this.#enterRecord(shown, copies[1], site);
    reverse(this.#tasks, at);
  }

  /** What the caller packs, what has a codec, and what cannot travel. */
  #visitSpecial(element: unknown, site: Site): void {
    if (typeof element === 'symbol') throw this.#refusal(site, obstacleOf(element));
    const instance = element as object; // a function or an object: all else was dealt with
    const packed = this.#context.special?.(instance);
    if (packed !== undefined) {
      this.#program.push(format.MAKE_SPECIAL, packed);
      this.#keep(instance, this.#values++, site);
      return;
    }
    const codec = typeof instance === 'function' ? undefined : codecOf(instance);
    if (codec === undefined) throw this.#refusal(site, obstacleOf(instance));
    this.#encode(instance, codec, site);
  }

  #encode(instance: object, codec: KnownCodec, site: Site): void {
    let encoded: unknown;
    try {
      encoded = codec.encode(instance);
    } catch (thrown) {
      if (thrown instanceof DagError && thrown.code === 'DAG_PEER_MISSING') throw thrown;
      throw this.#refusal(site, {
        problem: `the codec ${codec.name} failed to encode it: ${describeThrown(thrown)}`,
        remedy: 'Correct `encode`.',
        cause: thrown,
      });
    }
    const holder: [unknown] = [undefined];
    this.#known.set(instance, IN_PROGRESS);
    this.#tasks.push(() => {
      this.#program.push(format.MAKE_INSTANCE, this.#codecIndex(codec), holder);
      this.#keep(instance, this.#values++, site);
    });
    this.#enter(encoded, siteIn(holder, 0, { above: site, label: encodedLabel }));
  }

  #codecIndex(codec: KnownCodec): number {
    let index = this.#codecIndices.get(codec);
    if (index === undefined) {
      index = this.#codecIndices.size;
      this.#codecIndices.set(codec, index);
      this.#codecs.push(codec.name, codec.module);
    }
    return index;
  }

  /** Remembers what became of an object, and puts that at its site. */
  #keep(original: object, packed: number | object, site: Site): void {
    this.#known.set(original, packed);
    this.#put(packed, site);
  }

  #put(packed: number | object, site: Site): void {
    if (packed === IN_PROGRESS) {
      throw this.#refusal(site, {
        problem: 'it is the very instance that is being encoded',
        remedy: 'Let `encode` leave out what leads back to the instance.',
      });
    }
    if (typeof packed === 'number') this.#program.push(format.PUT, site.container, site.key, packed);
    else if (site.depth > 0 && site.depth % DEEPEST === 0)
      this.#program.push(format.LINK, site.container, site.key, packed);
    else assign(site, packed);
  }

  #refusal(site: Site, obstacle: Obstacle): DagError {
    return cannotTravel(this.#context, site, obstacle);
  }
}

function siteIn(
  container: object,
  key: string | number,
  { above, label }: { readonly above: Site | undefined; readonly label: Label },
): Site {
  return { above, container, key, label, depth: above === undefined ? 0 : above.depth + 1 };
}

/** Defined rather than assigned where it matters: a key named __proto__ must stay a key. */
function assign({ container, key }: Site, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
  else (container as Record<string | number, unknown>)[key] = value;
}

/** Turns the tasks from `low` on round, so that the first is taken first. */
function reverse(tasks: Task[], low: number): void {
  for (let high = tasks.length - 1; low < high; low += 1, high -= 1) {
    const first = tasks[low] as Task; // both are in range
    tasks[low] = tasks[high] as Task;
    tasks[high] = first;
  }
}
