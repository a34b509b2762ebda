import { Future } from '../graph/future.js';
import { Graph } from '../graph/graph.js';
import type { GraphEdgeAttributes, GraphNodeAttributes } from '../graph/graph-attributes.js';
import { toGraphology } from '../graph/graphology.js';
import type { NodeStyle } from '../graph/options.js';
import { checkViewOptions, type ViewOptions } from './options.js';

/** A node of a picture; one that holds others is drawn as a frame around them. */
export interface Box {
  /** Short and safe in every output format. */
  readonly id: string;
  readonly key: string;
  readonly attributes: GraphNodeAttributes;
  /** What was made in the body of this call. */
  readonly children: Box[];
  /** The frame that it stands in. */
  readonly frame: Box | undefined;
  /** How many frames it stands in. */
  readonly depth: number;
}

/** An edge of a picture. */
export interface Arrow {
  readonly from: Box;
  readonly to: Box;
  readonly attributes: GraphEdgeAttributes;
}

/** A picture, before it is written in some format. */
export interface Drawing {
  readonly title: string | undefined;
  readonly direction: 'TB' | 'LR';
  /** Every box, in the order in which the calls could run. */
  readonly boxes: readonly Box[];
  /** The boxes that stand in no frame. */
  readonly top: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** What makes its own graph, such as a pipeline or a layout that runs. */
interface GraphMaker {
  toGraphology(): ReturnType<typeof toGraphology>;
}

function hasGraph(target: unknown): target is GraphMaker {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return false;
  if (target instanceof Graph || target instanceof Future) return false; // whose graphs have options
  return 'toGraphology' in target && typeof target.toGraphology === 'function';
}

/**
 * What to draw of a target.
 *
 * @throws DAG_OPTION, DAG_NOT_A_FUTURE, DAG_FOREIGN_FUTURE
 */
export function draw(target: unknown, options: ViewOptions, subject: string): Drawing {
  const { direction, ...graphOptions } = checkViewOptions(options, subject);
  const graph = hasGraph(target) ? target.toGraphology() : toGraphology(target, graphOptions);
  const byKey = new Map<string, Box>();
  const top: Box[] = [];
  const keys = graph.nodes();
  const boxOf = (key: string): Box => {
    // Frames may come after what stands in them, so they are made on the way; on a list, for they may be deep.
    const chain: string[] = [];
    for (
      let at: string | undefined = key;
      at !== undefined && !byKey.has(at);
      at = graph.getNodeAttribute(at, 'parent')
    )
      chain.push(at);
    for (const name of chain.reverse()) {
      const attributes = { ...graph.getNodeAttributes(name) };
      attributes.style = drawableStyle(attributes.style);
      if (graphOptions.detail === 'full' && attributes.kind === 'call') delete attributes.bytes; // its value says so
      const frame = attributes.parent === undefined ? undefined : byKey.get(attributes.parent);
      const box: Box = {
        id: `n${byKey.size.toString()}`,
        key: name,
        attributes,
        children: [],
        frame,
        depth: (frame?.depth ?? -1) + 1,
      };
      byKey.set(name, box);
    }
    return byKey.get(key) as Box; // known, or made just now
  };
  const boxes = keys.map(boxOf);
  for (const box of boxes) (box.frame?.children ?? top).push(box);
  const arrows = graph.mapEdges((_edge, attributes, source, target): Arrow => ({
    from: boxOf(source),
    to: boxOf(target),
    attributes,
  }));
  const name = graph.getAttribute('name');
  return { title: name === undefined || name === 'graph' ? undefined : name, direction, boxes, top, arrows };
}

/** What of a style can be drawn: styles are not checked when a node is made. */
function drawableStyle({ shape, color, rank, fontsize }: NodeStyle): NodeStyle {
  return {
    // Record shapes read their labels as a language of their own.
    ...(typeof shape === 'string' && !/record/i.test(shape) ? { shape } : {}),
    ...(typeof color === 'string' ? { color } : {}),
    ...(typeof rank === 'number' ? { rank } : {}),
    ...(typeof fontsize === 'number' && fontsize >= 1 && fontsize <= 1000 ? { fontsize } : {}),
  };
}

/** Calls `enter` with every box, a frame before what stands in it, and `leave` with each frame after that. On its own stack. */
export function eachBox(
  top: readonly Box[],
  { enter, leave }: { enter: (box: Box) => void; leave: (frame: Box) => void },
): void {
  const stack: { box: Box; entered: boolean }[] = top.map((box) => ({ box, entered: false })).reverse();
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { box, entered } = step;
    if (entered) {
      leave(box);
      continue;
    }
    enter(box);
    if (box.children.length === 0) continue;
    stack.push({ box, entered: true });
    for (let index = box.children.length - 1; index >= 0; index -= 1) {
      stack.push({ box: box.children[index] as Box, entered: false }); // in range
    }
  }
}

/** Whether `box` stands in `frame`, or is it. */
export function standsIn(box: Box, frame: Box): boolean {
  let at: Box | undefined = box;
  while (at !== undefined && at.depth > frame.depth) at = at.frame;
  return at === frame;
}
