import { eachBox, type Box, type Drawing } from './drawing.js';

/**
 * Graphviz has no arrows between frames: they lead from and to boxes inside, and are cut off at the frames. Taken are
 * the box that the layout will put highest, for arrows to a frame, and the one it will put lowest, for arrows from it,
 * so that frames stand above and below each other as boxes do.
 */
export class Frames {
  readonly #first = new Map<Box, Box>();
  readonly #last = new Map<Box, Box>();
  readonly #before: ReadonlyMap<Box, readonly Box[]>;

  constructor(drawing: Drawing) {
    this.#before = predecessors(drawing);
    const heights = new Map<Box, number>();
    eachBox(drawing.top, {
      enter: () => undefined,
      leave: (frame) => {
        // How far down each box of the frame begins: below all that lead to it.
        const bottoms = new Map<Box, number>();
        let first = frame;
        let last = frame;
        let highest = Infinity;
        let lowest = -1;
        for (const child of frame.children) {
          let top = 0;
          for (const box of this.before(child)) top = Math.max(top, bottoms.get(box) ?? 0);
          const bottom = top + (heights.get(child) ?? 1);
          bottoms.set(child, bottom);
          if (top < highest) [highest, first] = [top, child];
          if (bottom > lowest || (bottom === lowest && child.attributes.returned)) [lowest, last] = [bottom, child];
        }
        heights.set(frame, lowest);
        this.#first.set(frame, this.firstIn(first));
        this.#last.set(frame, this.lastIn(last));
      },
    });
  }

  /** What leads to a box, or into it, among those that stand in the same frame. */
  before(box: Box): readonly Box[] {
    return this.#before.get(box) ?? [];
  }

  /** Where arrows to a box lead to: the box itself, or one in it. */
  firstIn(box: Box): Box {
    return this.#first.get(box) ?? box;
  }

  /** Where arrows from a box come from. */
  lastIn(box: Box): Box {
    return this.#last.get(box) ?? box;
  }
}

/** What leads to each box, among those that stand in the same frame; arrows between frames count for these. */
function predecessors({ arrows }: Drawing): ReadonlyMap<Box, readonly Box[]> {
  const before = new Map<Box, Box[]>();
  for (const { from, to } of arrows) {
    let source: Box | undefined = from;
    let target: Box | undefined = to;
    while (source !== undefined && target !== undefined && source.frame !== target.frame) {
      if (source.depth >= target.depth) source = source.frame;
      else target = target.frame;
    }
    if (source === undefined || target === undefined || source === target) continue;
    const known = before.get(target);
    if (known === undefined) before.set(target, [source]);
    else known.push(source);
  }
  return before;
}
