import { DagError, describeThrown } from '../errors.js';
import { dotOf, FONT } from './dot.js';
import { draw } from './drawing.js';
import type { ViewOptions } from './options.js';

/** What of `@viz-js/viz` is used; its types are not part of ours, since it may not be installed. */
export interface Renderer {
  render(
    dot: string,
    options: { format: string; engine: string },
  ): {
    readonly status: string;
    readonly output?: string | undefined;
    readonly errors: readonly { readonly message: string }[];
  };
}

/** Loads the module that renders. */
export type LoadRenderer = () => Promise<{ readonly instance: () => Promise<Renderer> }>;

/** Typefaces with the widths that Graphviz reckons with, which cannot measure text itself. */
const TYPEFACES = 'Arial,Helvetica,Liberation Sans,Arimo,sans-serif';

/**
 * A picture as SVG, laid out by Graphviz. Needs the package `@viz-js/viz`, which is loaded when it is called.
 * About 30 ms for 100 nodes, 300 ms for 1,000.
 *
 * @param target a Future, a Graph, or an array, plain object, Map or Set with Futures inside.
 * @throws DAG_PEER_MISSING, DAG_OPTION, DAG_NOT_A_FUTURE, DAG_FOREIGN_FUTURE. All of them reject the promise.
 */
export async function toSvg(target: unknown, options: ViewOptions = {}): Promise<string> {
  return renderSvg(dotOf(draw(target, options, 'toSvg')));
}

/** {@link toSvg} of DOT. */
export async function renderSvg(dot: string, load: LoadRenderer = () => import('@viz-js/viz')): Promise<string> {
  const { instance } = await loaded(load);
  // Made anew each time, in 20 ms: one that ran out of memory on a huge graph would be of no use to the next picture.
  const renderer = await instance();
  let result: ReturnType<Renderer['render']>;
  try {
    result = renderer.render(dot, { format: 'svg', engine: 'dot' });
  } catch (thrown) {
    throw tooComplex(describeThrown(thrown), thrown);
  }
  if (result.status !== 'success' || result.output === undefined) {
    throw tooComplex(result.errors.map(({ message }) => message).join(' '), undefined);
  }
  return result.output
    .slice(result.output.indexOf('<svg'))
    .replaceAll(`font-family="${FONT}"`, `font-family="${TYPEFACES}"`);
}

async function loaded(load: LoadRenderer): ReturnType<LoadRenderer> {
  try {
    return await load();
  } catch (thrown) {
    throw new DagError('DAG_PEER_MISSING', {
      message: `toSvg() needs the package @viz-js/viz, which could not be loaded: ${describeThrown(thrown)}.`,
      remedy: 'Install it (`npm install @viz-js/viz`), or use toDot() or toMermaid(), which need nothing.',
      cause: thrown,
    });
  }
}

function tooComplex(reason: string, cause: unknown): DagError {
  return new DagError('DAG_OPTION', {
    message: `toSvg(): Graphviz could not lay out the graph: ${reason}.`,
    remedy:
      "Draw less of it with `detail: 'static'` or fewer targets, or write DOT with toDot() and lay it out elsewhere.",
    cause,
  });
}
