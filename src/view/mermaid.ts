import { arrowsInto, arrowText } from './arrow-text.js';
import { boxText } from './box-text.js';
import { draw, eachBox, type Box, type Drawing } from './drawing.js';
import { mermaidString } from './mermaid-text.js';
import type { ViewOptions } from './options.js';
import { frameFill, paintOf } from './palette.js';
import { printable } from './printable.js';
import { ranksOf } from './ranks.js';

/** What encloses the text of a box, by Graphviz shape; boxes for those that Mermaid does not know. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  box: ['(', ')'],
  circle: ['((', '))'],
  cylinder: ['[(', ')]'],
  diamond: ['{', '}'],
  doublecircle: ['(((', ')))'],
  ellipse: ['([', '])'],
  hexagon: ['{{', '}}'],
  invtrapezium: ['[\\', '/]'],
  oval: ['([', '])'],
  parallelogram: ['[/', '/]'],
  trapezium: ['[/', '\\]'],
};

/**
 * A picture in the language of Mermaid, which GitHub and many editors draw inside Markdown. Ranks order the calls, but
 * do not put them side by side: Mermaid cannot.
 *
 * @param target a Future, a Graph, or an array, plain object, Map or Set with Futures inside.
 * @throws DAG_OPTION, DAG_NOT_A_FUTURE, DAG_FOREIGN_FUTURE
 */
export function toMermaid(target: unknown, options: ViewOptions = {}): string {
  return mermaidOf(draw(target, options, 'toMermaid'));
}

/** {@link toMermaid} of a drawing. */
function mermaidOf(drawing: Drawing): string {
  const { title, direction, top, boxes, arrows } = drawing;
  const lines = title === undefined ? [] : ['---', `title: ${JSON.stringify(printable(title))}`, '---'];
  lines.push(`flowchart ${direction}`);
  eachBox(top, {
    enter: (box) => {
      lines.push(`${indent(box)}${box.children.length === 0 ? boxLine(box) : `subgraph ${box.id}[${textOf(box)}]`}`);
    },
    leave: (frame) => {
      lines.push(`${indent(frame)}end`);
    },
  });
  const into = arrowsInto(drawing);
  for (const arrow of arrows) {
    const { from, to } = arrow;
    const text = arrowText(arrow, into);
    const line = from.attributes.unused || to.attributes.unused ? '-.->' : '-->';
    lines.push(`  ${from.id} ${line}${text === '' ? '' : `|${mermaidString(text)}|`} ${to.id}`);
  }
  const ranks = ranksOf(boxes);
  for (const [index, [after]] of ranks.slice(1).entries()) {
    const [before] = ranks[index] ?? [];
    if (before !== undefined && after !== undefined) lines.push(`  ${before.id} ~~~ ${after.id}`);
  }
  lines.push(...classLines(boxes));
  return `${lines.join('\n')}\n`;
}

function indent({ depth }: Box): string {
  return '  '.repeat(Math.min(depth, 8) + 1);
}

function textOf(box: Box): string {
  const { main, small } = boxText(box);
  return mermaidString([main, small].filter((text) => text !== '').join('\n'));
}

function boxLine(box: Box): string {
  const { kind, style } = box.attributes;
  const shape = kind === 'data' ? 'ellipse' : (style.shape ?? 'box');
  const [open, close] = SHAPES[shape] ?? ['[', ']'];
  return `${box.id}${open}${textOf(box)}${close}`;
}

/** The looks of the boxes, each written once. */
function classLines(boxes: readonly Box[]): string[] {
  const looks = new Map<string, string[]>();
  for (const box of boxes) {
    const look = styleOf(box);
    const others = looks.get(look);
    if (others === undefined) looks.set(look, [box.id]);
    else others.push(box.id);
  }
  return Array.from(looks).flatMap(([look, ids], index) => [
    `  classDef look${index.toString()} ${look}`,
    `  class ${ids.join(',')} look${index.toString()}`,
  ]);
}

function styleOf(box: Box): string {
  const { style, unused } = box.attributes;
  const paint = paintOf(box);
  const fill = box.children.length > 0 && style.color === undefined ? frameFill(box.depth) : paint.fill;
  const size = style.fontsize === undefined ? '' : `,font-size:${style.fontsize.toString()}px`;
  return `fill:${cssColour(fill)},stroke:${paint.border},color:${paint.text}${size}${unused ? ',stroke-dasharray:4 3' : ''}`;
}

/** Graphviz knows more colour names than CSS, numbered ones among them, and writes others as `#rrggbb`. */
function cssColour(colour: string): string {
  return /^(#[0-9a-f]{3,8}|[a-z]+)$/i.test(colour) ? colour : '#ffffff';
}
