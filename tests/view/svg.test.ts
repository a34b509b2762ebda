import { describe, expect, test } from '@jest/globals';
import { Graph, node } from '../../src/index.js';
import { toDot, toSvg } from '../../src/view/index.js';
import { renderSvg, type Renderer } from '../../src/view/svg.js';
import { rejection } from '../support/waiting.js';

const show = node((x: unknown) => x, { name: 'show' });

/** A module that renders what `render` gives. */
function rendering(render: Renderer['render']): () => Promise<{ instance: () => Promise<Renderer> }> {
  return () => Promise.resolve({ instance: () => Promise.resolve({ render }) });
}

describe('an SVG picture', () => {
  test('has frames, boxes, arrows and a title', async () => {
    const graph = new Graph({ name: 'pictures' });
    const outer = node((x: unknown) => show(show(x)), { name: 'outer' });
    const target = graph.run(() => outer(show(1)));
    await target.resolve();
    const svg = await toSvg(target);
    expect(svg).toMatch(/^<svg [^]*<\/svg>\s*$/);
    expect(svg.match(/class="cluster"/g)).toHaveLength(1);
    expect(svg.match(/class="node"/g)).toHaveLength(3);
    expect(svg.match(/class="edge"/g)).toHaveLength(2);
    expect(svg).not.toContain('pictures');
    expect(await toSvg(graph)).toContain('>pictures</text>');
  });

  test('names typefaces with the widths that it was laid out for', async () => {
    const svg = await toSvg(show(1));
    expect(new Set(svg.match(/font-family="[^"]*"/g))).toEqual(
      new Set(['font-family="Arial,Helvetica,Liberation Sans,Arimo,sans-serif"']),
    );
  });

  test('keeps markup in labels text', async () => {
    const svg = await toSvg(show.with({ style: { label: '<script>alert("&")</script>' } })(1));
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;');
  });

  test('of 500 calls in a chain, and of calls nested 300 deep, is laid out', async () => {
    let chain = show(0);
    for (let index = 0; index < 500; index += 1) chain = show(chain);
    expect((await toSvg(chain)).match(/class="node"/g)).toHaveLength(501);
    const down: (n: number) => unknown = node((n: number): unknown => (n === 0 ? 0 : down(n - 1)), { name: 'down' });
    const deep = down(300) as ReturnType<typeof show>; // a node gives Futures
    await deep.resolve();
    expect(await toSvg(deep)).toContain('+ 250 calls inside');
  });
});

describe('errors', () => {
  test('of a missing package say what to install', async () => {
    const cause = Object.assign(new Error("Cannot find package '@viz-js/viz'"), { code: 'ERR_MODULE_NOT_FOUND' });
    const error = await rejection(renderSvg(toDot(show(1)), () => Promise.reject(cause)));
    expect(error).toMatchObject({ code: 'DAG_PEER_MISSING', cause });
    expect(String(error)).toContain('npm install @viz-js/viz');
  });

  test('of options and targets reject the promise', async () => {
    expect(await rejection(toSvg(show(1), { direction: 'up' as never }))).toMatchObject({ code: 'DAG_OPTION' });
    expect(await rejection(toSvg(undefined))).toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
  });

  test('of a layout that fails say what to draw instead', async () => {
    const errors = [{ message: 'syntax error in line 1' }, { message: 'giving up' }];
    const failing = rendering(() => ({ status: 'failure', output: undefined, errors }));
    const error = await rejection(renderSvg('', failing));
    expect(error).toMatchObject({ code: 'DAG_OPTION' });
    expect(String(error)).toContain('syntax error in line 1 giving up. Draw less of it');
  });

  test('of a layout that breaks carry what it threw', async () => {
    const cause = new RangeError('memory access out of bounds');
    const breaking = rendering(() => {
      throw cause;
    });
    expect(await rejection(renderSvg('', breaking))).toMatchObject({ code: 'DAG_OPTION', cause });
  });
});
