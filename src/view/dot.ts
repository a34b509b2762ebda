import { arrowsInto, arrowText } from './arrow-text.js';
import { boxText, boxTooltip, type BoxText } from './box-text.js';
import { dotString, htmlText } from './dot-text.js';
import { draw, eachBox, standsIn, type Arrow, type Box, type Drawing } from './drawing.js';
import { Frames } from './frames.js';
import type { ViewOptions } from './options.js';
import { FAINT, frameFill, INK, paintOf, PAPER } from './palette.js';
import { placeable, ranksOf } from './ranks.js';

/** A typeface whose widths Graphviz knows. */
export const FONT = 'Arial';
const FONT_SIZE = 12;
const VALUE_SIZE = 10;
const SMALL_SIZE = 9;
/** Shapes whose corners are rounded off; undefined is a box. */
const ANGULAR: readonly (string | undefined)[] = [undefined, 'box', 'rect', 'rectangle', 'square'];

/** A label of several sizes. */
interface Markup {
  readonly html: string;
}

/** DOT attributes in the order in which they are written; those that are undefined are not. */
type Attributes = Readonly<Record<string, string | number | boolean | Markup | undefined>>;

/**
 * A picture in the language of Graphviz. Calls that bodies made stand inside the call that made them; arrows lead from a
 * value to the call that takes it, and say which part or argument it is where that is not plain.
 *
 * @param target a Future, a Graph, or an array, plain object, Map or Set with Futures inside.
 * @throws DAG_OPTION, DAG_NOT_A_FUTURE, DAG_FOREIGN_FUTURE
 */
export function toDot(target: unknown, options: ViewOptions = {}): string {
  return dotOf(draw(target, options, 'toDot'));
}

/** {@link toDot} of a drawing. */
export function dotOf(drawing: Drawing): string {
  const { title, top, arrows } = drawing;
  const lines = [`digraph ${dotString(title ?? 'lazydag')} {`, ...defaults(drawing)];
  const frames = new Frames(drawing);
  eachBox(top, {
    enter: (box) => {
      if (box.children.length === 0) lines.push(`${indent(box)}${box.id} ${listOf(boxAttributes(box))};`);
      else
        lines.push(
          `${indent(box)}subgraph cluster_${box.id} {`,
          `${indent(box)}  graph ${listOf(frameAttributes(box))};`,
        );
    },
    leave: (frame) => {
      for (const line of rankLines(frame.children, frames)) lines.push(`${indent(frame)}  ${line}`);
      lines.push(`${indent(frame)}}`);
    },
  });
  const into = arrowsInto(drawing);
  for (const arrow of arrows) lines.push(`  ${arrowLine(arrow, { frames, text: arrowText(arrow, into) })}`);
  lines.push(...rankLines(top, frames).map((line) => `  ${line}`), '}');
  return `${lines.join('\n')}\n`;
}

function indent({ depth }: Box): string {
  return '  '.repeat(Math.min(depth, 8) + 1);
}

function defaults(drawing: Drawing): string[] {
  const { title, direction } = drawing;
  const graph: Attributes = {
    rankdir: direction,
    compound: true,
    bgcolor: PAPER,
    pad: 0.2,
    nodesep: 0.3,
    ranksep: 0.4,
    fontname: FONT,
    fontsize: FONT_SIZE + 2,
    fontcolor: INK,
    ...(title === undefined ? {} : { label: title, labelloc: 't' }),
  };
  const node: Attributes = {
    fontname: FONT,
    fontsize: FONT_SIZE,
    shape: 'box',
    height: 0.4,
    width: 0.7,
    margin: '0.14,0.07',
  };
  const edge: Attributes = { fontname: FONT, fontsize: SMALL_SIZE, fontcolor: FAINT, color: FAINT, arrowsize: 0.7 };
  return [`  graph ${listOf(graph)};`, `  node ${listOf(node)};`, `  edge ${listOf(edge)};`];
}

function boxAttributes(box: Box): Attributes {
  const { kind, style, unused } = box.attributes;
  const paint = paintOf(box);
  const rounded = kind === 'literal' || (kind === 'call' && ANGULAR.includes(style.shape));
  const text = boxText(box);
  return {
    label: labelOf(text),
    ...(kind === 'call' ? { shape: style.shape, fontsize: style.fontsize } : valueForm(kind, text)),
    style: ['filled', ...(rounded ? ['rounded'] : []), ...(unused ? ['dashed'] : [])].join(','),
    fillcolor: paint.fill,
    color: paint.border,
    fontcolor: paint.text,
    tooltip: boxTooltip(box),
  };
}

/** Values are smaller than calls; one of which nothing is known is a dot. */
function valueForm(kind: 'data' | 'literal', { main, small }: BoxText): Attributes {
  if (kind === 'literal') return { fontsize: VALUE_SIZE, height: 0.26, width: 0.3, margin: '0.08,0.03' };
  if (main === '' && small === '') return { shape: 'circle', height: 0.16, width: 0.16, margin: 0 };
  return { shape: 'ellipse', fontsize: VALUE_SIZE, height: 0.3, width: 0.4, margin: '0.05,0.02' };
}

function frameAttributes(frame: Box): Attributes {
  const { style, unused } = frame.attributes;
  const paint = paintOf(frame);
  return {
    label: labelOf(boxText(frame), 'frame'),
    labeljust: 'l',
    labelloc: 't',
    style: ['filled', 'rounded', ...(unused ? ['dashed'] : [])].join(','),
    fillcolor: style.color ?? frameFill(frame.depth),
    color: paint.border,
    fontcolor: paint.text,
    fontsize: style.fontsize ?? FONT_SIZE,
    tooltip: boxTooltip(frame),
    margin: 12,
  };
}

/** A plain text, or markup where there are several sizes or weights. */
function labelOf({ main, small }: BoxText, of: 'box' | 'frame' = 'box'): string | Markup {
  if (small === '' && (of === 'box' || main === '')) return main;
  const name = of === 'frame' && main !== '' ? `<b>${htmlText(main)}</b>` : htmlText(main);
  const measures =
    small === '' ? '' : `<font point-size="${SMALL_SIZE.toString()}" color="${FAINT}">${htmlText(small)}</font>`;
  const lines = [name, measures].filter((line) => line !== '');
  const lineEnd = of === 'frame' ? '<br align="left"/>' : '<br/>';
  // A line of its own keeps the second away from what hangs below the first, such as underscores.
  const gap = `${lineEnd}<font point-size="2"> </font>${lineEnd}`;
  return { html: `${lines.join(gap)}${of === 'frame' ? lineEnd : ''}` };
}

function arrowLine({ from, to }: Arrow, { frames, text }: { frames: Frames; text: string }): string {
  const tail = frames.lastIn(from);
  const head = frames.firstIn(to);
  const attributes: Attributes = {
    ltail: tail === from || standsIn(to, from) ? undefined : `cluster_${from.id}`,
    lhead: head === to || standsIn(from, to) ? undefined : `cluster_${to.id}`,
    label: text === '' ? undefined : text.replace(/^|$/gm, ' '), // apart from the arrow
    style: from.attributes.unused || to.attributes.unused ? 'dashed' : undefined,
    tooltip: `${from.key} → ${to.key}${text === '' ? '' : `\n${text}`}`,
  };
  return `${tail.id} -> ${head.id} ${listOf(attributes)};`;
}

/**
 * Puts those boxes of a frame that have equal ranks side by side, and lower ranks before higher ones, as far as what they
 * depend on allows. Not across frames: what Graphviz has for that (`newrank`) fails on some graphs, as ranks against the
 * arrows do, and then reads memory that is not its own. For the same reason a box with others inside is put in order only.
 */
function rankLines(boxes: readonly Box[], frames: Frames): string[] {
  const lines: string[] = [];
  let last: Box | undefined;
  for (const ranked of ranksOf(placeable(boxes, (box) => frames.before(box)))) {
    const single = ranked.filter(({ children }) => children.length === 0);
    if (single.length > 1) lines.push(`{ rank=same; ${single.map(({ id }) => id).join('; ')}; }`);
    const first = single[0] ?? ranked[0];
    if (first === undefined) continue;
    if (last !== undefined)
      lines.push(`${frames.lastIn(last).id} -> ${frames.firstIn(first).id} [style=invis, weight=0];`);
    last = first;
  }
  return lines;
}

function listOf(attributes: Attributes): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) parts.push(`${name}=${textOf(value)}`);
  return `[${parts.join(', ')}]`;
}

function textOf(value: string | number | boolean | Markup): string {
  if (typeof value === 'object') return `<${value.html}>`;
  return typeof value === 'string' ? dotString(value) : value.toString();
}
