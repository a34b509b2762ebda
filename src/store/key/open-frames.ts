import type { Frame } from './frames.js';

/** Depth from which containers are compared with those around them: whatever is cyclic gets there soon. */
const CYCLE_DEPTH = 32;

/** Leaves the writing of a value that turned out to be cyclic. */
export class CycleFound extends Error {}

/** The containers that are being written, the innermost last. Looks for cycles only once many are open: most values are not so deep. */
export class OpenFrames {
  readonly #frames: Frame[] = [];
  /** The sources of all frames, once there are many. */
  #open: Set<object> | undefined = undefined;

  get depth(): number {
    return this.#frames.length;
  }

  /** The innermost. */
  get last(): Frame | undefined {
    return this.#frames.at(-1);
  }

  /** Opens a container; leads back to none that is open, or throws CycleFound. */
  open(frame: Frame): void {
    this.#watch(frame.source);
    this.#frames.push(frame);
  }

  /** Opens a container of a value that is known to be cyclic. */
  openCyclic(frame: Frame): void {
    this.#frames.push(frame);
  }

  /** Closes the innermost. */
  close(): void {
    const frame = this.#frames.pop();
    if (frame !== undefined && this.#frames.length >= CYCLE_DEPTH) this.#open?.delete(frame.source);
  }

  /** Closes all, whatever is in them. */
  clear(): void {
    this.#frames.length = 0;
    this.#open?.clear();
  }

  /** Where in the value the innermost element is. */
  path(): string {
    return this.#frames.map(({ label, names, next }) => label(names?.[next - 1] ?? next - 1)).join('');
  }

  #watch(source: object): void {
    const depth = this.#frames.length;
    if (depth < CYCLE_DEPTH) return;
    const open = (this.#open ??= new Set<object>());
    if (depth === CYCLE_DEPTH) {
      open.clear();
      for (const frame of this.#frames) open.add(frame.source);
    }
    if (open.has(source)) throw new CycleFound();
    open.add(source);
  }
}
