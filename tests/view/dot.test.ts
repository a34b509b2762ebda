import { describe, expect, test } from '@jest/globals';
import { instance } from '@viz-js/viz';
import { callRecords } from '../../src/graph/call-record.js';
import { Graph, node } from '../../src/index.js';
import { toDot } from '../../src/view/index.js';
import { dotString, htmlText } from '../../src/view/dot-text.js';
import { rejection } from '../support/waiting.js';

const viz = await instance();

/** The lines of DOT without the defaults at its start. */
function linesOf(dot: string): string[] {
  return dot
    .trimEnd()
    .split('\n')
    .slice(4, -1)
    .map((line) => line.slice(2));
}

/** One attribute of the node or frame whose tooltip begins with `key`. */
function attribute(dot: string, key: string, name: string): string | undefined {
  const line = dot.split('\n').find((text) => text.includes(`tooltip="${key} `));
  return new RegExp(`[[ ]${name}=("(?:[^"\\\\]|\\\\.)*"|<.*?>(?=[,\\]])|[^,\\]]*)`).exec(line ?? '')?.[1];
}

/** What Graphviz draws for a text: the contents of the SVG's text elements. */
function drawnTexts(dot: string): string[] {
  const { status, output, errors } = viz.render(dot, { format: 'svg' });
  expect(errors.filter(({ level }) => level === 'error')).toEqual([]);
  expect(status).toBe('success');
  return Array.from(
    (output ?? '').matchAll(/<text[^>]*>([^<]*)<\/text>/g),
    ([, text = '']) =>
      text
        .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&')
        .replaceAll('\u2060', ''), // invisible
  );
}

const _add = node((a: number, b: number) => a + b, { name: '_add' });
const add = node((a: number, b: number) => _add(a, b), { name: 'add' });
const subtract = node((a: number, b: number) => a - b, { name: 'subtract' });
const multiply = node((a: number, b: number, c: number) => a * b * c, { name: 'multiply' });
const pipeline = node((a: number, b: number, c: number, d: number) => multiply(add(a, b), c, subtract(c, d)), {
  name: 'pipeline',
});
const show = node((x: unknown) => x, { name: 'show' });

describe('calls', () => {
  test('that bodies made stand in the frame of their call', async () => {
    const target = pipeline(10, 2, 5, 6);
    await target.resolve();
    expect(toDot(target)).toMatchInlineSnapshot(`
     "digraph "lazydag" {
       graph [rankdir="TB", compound=true, bgcolor="#ffffff", pad=0.2, nodesep=0.3, ranksep=0.4, fontname="Arial", fontsize=14, fontcolor="#1d2939"];
       node [fontname="Arial", fontsize=12, shape="box", height=0.4, width=0.7, margin="0.14,0.07"];
       edge [fontname="Arial", fontsize=9, fontcolor="#667085", color="#667085", arrowsize=0.7];
       subgraph cluster_n0 {
         graph [label=<<b>pipeline</b><br align="left"/>>, labeljust="l", labelloc="t", style="filled,rounded", fillcolor="#f8f9fb", color="#2f9e6a", fontcolor="#1d2939", fontsize=12, tooltip="pipeline#1 · done", margin=12];
         subgraph cluster_n1 {
           graph [label=<<b>add</b><br align="left"/>>, labeljust="l", labelloc="t", style="filled,rounded", fillcolor="#eff1f5", color="#9cc3ae", fontcolor="#1d2939", fontsize=12, tooltip="add#1 · released", margin=12];
           n4 [label="_add", style="filled,rounded", fillcolor="#f5faf7", color="#9cc3ae", fontcolor="#1d2939", tooltip="_add#1 · released"];
         }
         n2 [label="subtract", style="filled,rounded", fillcolor="#f5faf7", color="#9cc3ae", fontcolor="#1d2939", tooltip="subtract#1 · released"];
         n3 [label="multiply", style="filled,rounded", fillcolor="#f5faf7", color="#9cc3ae", fontcolor="#1d2939", tooltip="multiply#1 · released"];
       }
       n4 -> n3 [ltail="cluster_n1", label=" 0 ", tooltip="add#1 → multiply#1\\n0"];
       n2 -> n3 [label=" 2 ", tooltip="subtract#1 → multiply#1\\n2"];
     }
     "
    `);
  });

  test('that were not resolved are boxes with arrows', () => {
    const three = subtract(5, 2);
    expect(linesOf(toDot(multiply(three, 2, subtract(three, 1))))).toMatchInlineSnapshot(`
     [
       "n0 [label="subtract", style="filled,rounded", fillcolor="#ffffff", color="#98a2b3", fontcolor="#1d2939", tooltip="subtract#1 · idle"];",
       "n1 [label="subtract", style="filled,rounded", fillcolor="#ffffff", color="#98a2b3", fontcolor="#1d2939", tooltip="subtract#2 · idle"];",
       "n2 [label="multiply", style="filled,rounded", fillcolor="#ffffff", color="#98a2b3", fontcolor="#1d2939", tooltip="multiply#1 · idle"];",
       "n0 -> n1 [tooltip="subtract#1 → subtract#2"];",
       "n0 -> n2 [label=" 0 ", tooltip="subtract#1 → multiply#1\\n0"];",
       "n1 -> n2 [label=" 2 ", tooltip="subtract#2 → multiply#1\\n2"];",
     ]
    `);
  });

  test('carry their own style', () => {
    const style = { label: 'Query', shape: 'cylinder', color: 'lightblue', fontsize: 18 };
    const dot = toDot(show.with({ style })(1));
    expect(attribute(dot, 'show#1', 'label')).toBe('"Query"');
    expect(attribute(dot, 'show#1', 'shape')).toBe('"cylinder"');
    expect(attribute(dot, 'show#1', 'style')).toBe('"filled"');
    expect(attribute(dot, 'show#1', 'fillcolor')).toBe('"lightblue"');
    expect(attribute(dot, 'show#1', 'fontsize')).toBe('18');
  });

  test('on dark colours have light text', () => {
    const onColour = (color: string): string | undefined =>
      attribute(toDot(show.with({ style: { color } })(1)), 'show#1', 'fontcolor');
    expect(['#102040', 'navy', 'darkgreen', '#ffe0a0', 'darkorange', 'gold'].map(onColour)).toEqual([
      '"#ffffff"',
      '"#ffffff"',
      '"#ffffff"',
      '"#1d2939"',
      '"#1d2939"',
      '"#1d2939"',
    ]);
  });

  test('with a style that cannot be drawn are drawn without it', () => {
    const style = { shape: 'record', color: 7, rank: 'first', fontsize: Infinity } as never;
    expect(toDot(show.with({ style })(1))).toBe(toDot(show(1)));
  });

  test('that nothing uses are dashed, and so are their arrows', async () => {
    const graph = new Graph();
    const used = graph.run(() => {
      const f = show(1);
      show(f);
      return f;
    });
    await used.resolve();
    const dot = toDot(graph);
    expect(attribute(dot, 'show#1', 'style')).toBe('"filled,rounded"');
    expect(attribute(dot, 'show#2', 'style')).toBe('"filled,rounded,dashed"');
    expect(attribute(dot, 'show#2', 'tooltip')).toBe('"show#2 · unused"');
    expect(linesOf(dot).at(-1)).toBe('n0 -> n1 [style="dashed", tooltip="show#1 → show#2"];');
  });

  test('have the colours of their states', async () => {
    const fail = node((_x: unknown) => Promise.reject(new Error('no')), { name: 'fail' });
    const target = show(fail(show(1)));
    const idle = attribute(toDot(target), 'show#1', 'fillcolor');
    await rejection(target.resolve());
    const dot = toDot(target);
    expect(idle).toBe('"#ffffff"');
    expect(attribute(dot, 'show#1', 'fillcolor')).toBe('"#f5faf7"');
    expect(attribute(dot, 'fail#1', 'color')).toBe('"#e5484d"');
    expect(attribute(dot, 'fail#1', 'tooltip')).toBe('"fail#1 · failed"');
  });

  test('say how long they took, how large their values are and where they ran', () => {
    const target = show(1);
    callRecords.set(target, { startedAt: 5, duration: 12.34, bytes: 80_000_000, worker: 2 });
    const dot = toDot(target);
    expect(attribute(dot, 'show#1', 'label')).toContain('12.3 ms · 80 MB · worker 2');
    expect(drawnTexts(dot)).toEqual(expect.arrayContaining(['show', '12.3 ms · 80 MB · worker 2']));
  });
});

describe('ranks', () => {
  const ranked = (rank: number): typeof show => show.with({ style: { rank } });

  test('put calls side by side, and lower ranks first', () => {
    const dot = toDot([ranked(1)(1), ranked(0)(2), ranked(0)(3)]);
    expect(linesOf(dot).slice(-2)).toEqual(['{ rank=same; n1; n2; }', 'n1 -> n0 [style=invis, weight=0];']);
  });

  test('hold among what stands in one frame', async () => {
    const outer = node((x: unknown) => [ranked(0)(x), ranked(0)(2), ranked(1)(3)], {
      name: 'outer',
      style: { rank: 0 },
    });
    const target = [outer(1), ranked(0)(4), ranked(0)(5), ranked(1)(6)];
    await Promise.all(target.map((f) => f.resolve()));
    const lines = linesOf(toDot(target)).map((line) => line.trim());
    expect(lines.filter((line) => line.includes('rank=same'))).toEqual([
      expect.stringMatching(/^\{ rank=same; n\d; n\d; \}$/),
      expect.stringMatching(/^\{ rank=same; n\d; n\d; \}$/),
    ]);
    expect(lines.filter((line) => line.includes('style=invis'))).toHaveLength(2);
    expect(lines.at(-1)).toContain('style=invis');
    expect(drawnTexts(toDot(target))).toContain('outer');
  });

  test('give way to what the calls depend on', () => {
    const late = ranked(2)(1);
    const lines = linesOf(toDot([ranked(1)(late), ranked(2)(late), ranked(2)(5), ranked(0)(show(late))]));
    expect(lines.filter((line) => /rank=same|style=invis/.test(line))).toEqual([
      expect.stringMatching(/^\{ rank=same; n\d; n\d; \}$/), // the call that others depend on, and the one for itself
    ]);
  });

  test('put boxes with others inside in order only', async () => {
    const outer = node((x: unknown) => show(x), { name: 'outer', style: { rank: 1 } });
    const target = [outer(1), outer(2), ranked(0)(4)];
    await Promise.all(target.map((f) => f.resolve()));
    const dot = toDot(target);
    expect(dot).not.toContain('rank=same');
    expect(linesOf(dot).at(-1)).toMatch(/^n\d -> n\d \[style=invis, weight=0\];$/);
    expect(drawnTexts(dot)).toContain('outer');
  });
});

describe('arrows', () => {
  const split = node((x: number) => ({ left: x, right: x }), { name: 'split', outputs: ['left', 'right'] });
  const labels = (target: unknown): string[] =>
    Array.from(toDot(target).matchAll(/label=" (.*?) ", tooltip/g), ([, text = '']) => text.replaceAll(' \\n ', ' | '));

  test('are plain where a call has one argument', () => {
    expect(labels(show(show(1)))).toEqual([]);
  });

  test('say which argument they are where there are several', () => {
    expect(labels(multiply(subtract(1, 2), 3, subtract(3, 4)))).toEqual(['0', '2']);
    expect(labels(show([show(1), show(2)]))).toEqual(['0[0]', '0[1]']);
  });

  test('say which part they carry', () => {
    const { left, right } = split(1);
    expect(labels(show(left))).toEqual(['left']);
    expect(labels(subtract(left, right))).toEqual(['left → 0 | right → 1']);
    const [first] = node(() => [1, 2] as const, { name: 'pair', outputs: 2 })();
    expect(labels(show(first))).toEqual(['[0]']);
    expect(labels(show([1, 2, 3, 4, 5, 6].map(() => left)))).toEqual([
      'left → 0[0] | left → 0[1] | left → 0[2] | left → 0[3] | … 2 more',
    ]);
  });

  test('to and from frames end at the frames', async () => {
    const outer = node((x: unknown) => show(show(x)), { name: 'outer' });
    const target = outer(outer(show(1)));
    await target.resolve();
    const dot = toDot(target);
    const arrows = linesOf(dot).filter((line) => line.includes('->'));
    expect(arrows.map((line) => line.replace(/, tooltip.*/, ''))).toMatchInlineSnapshot(`
     [
       "n0 -> n3 [lhead="cluster_n1"",
       "n4 -> n5 [ltail="cluster_n1", lhead="cluster_n2"",
       "n3 -> n4 [tooltip="show#2 → show#3"];",
       "n5 -> n6 [tooltip="show#4 → show#5"];",
     ]
    `);
  });

  test('between a call and what it holds itself do not end at a frame', async () => {
    const later: unknown[] = [];
    const outer = node(
      (x: unknown) => {
        show(later[0]);
        return x;
      },
      { name: 'outer' },
    );
    const first = outer(1);
    later.push(show(first));
    await first.resolve();
    const dot = toDot([first, ...later]);
    expect(drawnTexts(dot)).toContain('outer');
    expect(linesOf(dot).filter((line) => line.includes('->'))).toHaveLength(2);
  });
});

describe('the full view', () => {
  test('has literals and values, held ones with what they are', async () => {
    const graph = new Graph({ name: 'queries' });
    const split = graph.add((x: number) => [x + 1, x + 2] as const, { name: 'split', outputs: 2 });
    const [first] = split(3);
    const target = graph.add((x: number) => x * 2, { name: 'twice' })(first);
    await target.resolve();
    expect(linesOf(toDot(graph, { detail: 'full' }))).toMatchInlineSnapshot(`
     [
       "n0 [label="3", fontsize=10, height=0.26, width=0.3, margin="0.08,0.03", style="filled,rounded", fillcolor="#f8f9fb", color="#e4e7ec", fontcolor="#475467", tooltip="split#1(0)"];",
       "n1 [label="split", style="filled,rounded", fillcolor="#f5faf7", color="#9cc3ae", fontcolor="#1d2939", tooltip="split#1 · released"];",
       "n2 [label="0", shape="ellipse", fontsize=10, height=0.3, width=0.4, margin="0.05,0.02", style="filled", fillcolor="#f5faf7", color="#9cc3ae", fontcolor="#1d2939", tooltip="split#1[0] · released"];",
       "n3 [label="1", shape="ellipse", fontsize=10, height=0.3, width=0.4, margin="0.05,0.02", style="filled,dashed", fillcolor="#ffffff", color="#98a2b3", fontcolor="#667085", tooltip="split#1[1] · unused"];",
       "n4 [label="twice", style="filled,rounded", fillcolor="#e7f8ee", color="#2f9e6a", fontcolor="#1d2939", tooltip="twice#1 · done"];",
       "n5 [label="8", shape="ellipse", fontsize=10, height=0.3, width=0.4, margin="0.05,0.02", style="filled", fillcolor="#e7f8ee", color="#2f9e6a", fontcolor="#1d2939", tooltip="twice#1= · done"];",
       "n0 -> n1 [tooltip="split#1(0) → split#1"];",
       "n1 -> n2 [tooltip="split#1 → split#1[0]"];",
       "n1 -> n3 [style="dashed", tooltip="split#1 → split#1[1]"];",
       "n2 -> n4 [tooltip="split#1[0] → twice#1"];",
       "n4 -> n5 [tooltip="twice#1 → twice#1="];",
     ]
    `);
  });

  test('says bytes at the value and time at the call', () => {
    const target = show(1);
    callRecords.set(target, { startedAt: 5, duration: 1, bytes: 1000, worker: 0 });
    expect(drawnTexts(toDot(target, { detail: 'full' }))).toEqual(expect.arrayContaining(['1 ms', '1 kB']));
  });
});

describe('options', () => {
  test('choose the direction', () => {
    expect(toDot(show(1))).toContain('rankdir="TB"');
    expect(toDot(show(1), { direction: 'LR' })).toContain('rankdir="LR"');
  });

  test('choose how much is drawn', async () => {
    const target = pipeline(1, 2, 3, 4);
    await target.resolve();
    expect(toDot(target, { detail: 'static' })).not.toContain('multiply');
    expect(attribute(toDot(target, { maxDepth: 0 }), 'pipeline#1', 'label')).toContain('+ 4 calls inside');
    expect(attribute(toDot(target, { maxDepth: 1 }), 'add#1', 'label')).toContain('+ 1 call inside');
  });

  test('limit the nodes to 2,000 unless they say otherwise', () => {
    const many = Array.from({ length: 2001 }, () => show(1));
    expect(() => toDot(many)).toThrow(/^DAG_OPTION: The graph has 2,001 nodes; `maxNodes` allows 2,000\. Raise/);
    expect(linesOf(toDot(many, { maxNodes: Infinity }))).toHaveLength(2001);
  });

  test.each([
    [{ direction: 'up' }, "toDot(): `direction` must be 'TB' or 'LR', got \"up\""],
    [{ detail: 1 }, "toDot(): `detail` must be 'summary', 'full' or 'static', got 1"],
    [{ size: 1 }, 'toDot() has no option `size`. Its options are detail, direction, maxDepth, maxNodes.'],
  ])('%j are refused', (options, message) => {
    expect(() => toDot(show(1), options as never)).toThrow(`DAG_OPTION: ${message}`);
  });

  test('of a target that is none are refused', () => {
    expect(() => toDot('text')).toThrow('DAG_NOT_A_FUTURE');
  });
});

describe('texts', () => {
  const odd = ['"quoted"', '<b>&amp;</b> & <', 'back\\slash \\N \\n', 'naïve 数据 🎉', '{a|b}', '%s $x'];

  test.each(odd)('%j is drawn as it is, alone, with measures and in a frame', async (label) => {
    const styled = show.with({ style: { label } });
    expect(drawnTexts(toDot(styled(1)))).toEqual([label]);
    const measured = styled(1);
    callRecords.set(measured, { startedAt: 0, duration: 1, bytes: 0, worker: 0 });
    expect(drawnTexts(toDot(measured))).toContain(label);
    const outer = node((x: unknown) => show(x), { name: 'outer', style: { label } })(1);
    await outer.resolve();
    expect(drawnTexts(toDot(outer))).toContain(label);
  });

  test.each(odd)('%j is drawn as it is as a literal, a part and a title', (text) => {
    const whole = node(() => ({ [text]: 1 }), { name: 'whole' })();
    const graph = new Graph({ name: text });
    graph.run(() => show(whole.at(text as never)));
    const drawn = drawnTexts(toDot(graph, { detail: 'full' }));
    expect(drawn).toContain(text);
    expect(drawnTexts(toDot(show(text), { detail: 'full' })).join('')).toContain(JSON.stringify(text).slice(1, -1));
  });

  test('may have several lines, be empty, and hold what cannot be drawn', async () => {
    expect(drawnTexts(toDot(show.with({ style: { label: 'two\r\nlines' } })(1)))).toEqual(['two', 'lines']);
    expect(drawnTexts(toDot(show.with({ style: { label: '' } })(1)))).toEqual([]);
    expect(drawnTexts(toDot(show.with({ style: { label: 'a\0b\u001bc\ud800d\te' } })(1)))).toEqual([
      'a\ufffdb\ufffdc\ufffdd e',
    ]);
    const outer = node((x: unknown) => show(x), { name: 'outer', style: { label: '' } })(1);
    await outer.resolve();
    expect(drawnTexts(toDot(outer))).toEqual(['show']);
  });

  test('are escaped for strings and for markup', () => {
    expect(dotString('a"b\\c\nd&e')).toBe('"a\\"b\\\\c\\nd&amp;e"');
    expect(dotString('\n')).toBe('" \\n "');
    expect(dotString('a\n\nb\n')).toBe('"a\\n \\nb\\n "');
    expect(htmlText('a"b\\c\nd&<>\\N')).toBe('a&quot;b\\c<br/>d&amp;&lt;&gt;\\\u2060N');
  });
});
