import { describe, expect, test } from '@jest/globals';
import { callRecords } from '../../src/graph/call-record.js';
import { Graph, node } from '../../src/index.js';
import { mermaidString } from '../../src/view/mermaid-text.js';
import { toMermaid } from '../../src/view/index.js';

const _add = node((a: number, b: number) => a + b, { name: '_add' });
const add = node((a: number, b: number) => _add(a, b), { name: 'add' });
const subtract = node((a: number, b: number) => a - b, { name: 'subtract' });
const multiply = node((a: number, b: number, c: number) => a * b * c, { name: 'multiply' });
const pipeline = node((a: number, b: number, c: number, d: number) => multiply(add(a, b), c, subtract(c, d)), {
  name: 'pipeline',
});
const show = node((x: unknown) => x, { name: 'show' });

describe('a Mermaid picture', () => {
  test('has a subgraph for a call that made others', async () => {
    const target = pipeline(10, 2, 5, 6);
    await target.resolve();
    expect(toMermaid(target)).toMatchInlineSnapshot(`
     "flowchart TB
       subgraph n0["pipeline"]
         subgraph n1["add"]
           n4("_add")
         end
         n2("subtract")
         n3("multiply")
       end
       n1 -->|"0"| n3
       n2 -->|"2"| n3
       classDef look0 fill:#f8f9fb,stroke:#2f9e6a,color:#1d2939
       class n0 look0
       classDef look1 fill:#eff1f5,stroke:#9cc3ae,color:#1d2939
       class n1 look1
       classDef look2 fill:#f5faf7,stroke:#9cc3ae,color:#1d2939
       class n2,n3,n4 look2
     "
    `);
  });

  test('has dashed lines for what is unused, ranks in order, and values in the full view', async () => {
    const graph = new Graph({ name: 'two "queries"' });
    const first = graph.add(() => 1, { name: 'first', style: { rank: 0, shape: 'cylinder', color: 'lightblue' } });
    const second = graph.add((x: number) => x, {
      name: 'second',
      style: { rank: 1, color: '/bluescheme/3', fontsize: 20 },
    });
    const third = graph.add((x: number) => [x, x] as const, { name: 'third', outputs: 2 });
    const [target] = third(first());
    second(first());
    await target.resolve();
    expect(toMermaid(graph, { detail: 'full', direction: 'LR' })).toMatchInlineSnapshot(`
     "---
     title: "two \\"queries\\""
     ---
     flowchart LR
       n0[("first")]
       n1([" "])
       n2("third")
       n3(["0"])
       n4(["1"])
       n5[("first")]
       n6([" "])
       n7("second")
       n8([" "])
       n0 --> n1
       n1 --> n2
       n2 --> n3
       n2 --> n4
       n5 -.-> n6
       n6 -.-> n7
       n7 -.-> n8
       n0 ~~~ n7
       classDef look0 fill:lightblue,stroke:#9cc3ae,color:#1d2939
       class n0 look0
       classDef look1 fill:#f5faf7,stroke:#9cc3ae,color:#1d2939
       class n1,n2,n3,n4 look1
       classDef look2 fill:lightblue,stroke:#667085,color:#667085,stroke-dasharray:4 3
       class n5 look2
       classDef look3 fill:#ffffff,stroke:#98a2b3,color:#667085,stroke-dasharray:4 3
       class n6,n8 look3
       classDef look4 fill:#ffffff,stroke:#667085,color:#667085,font-size:20px,stroke-dasharray:4 3
       class n7 look4
     "
    `);
  });

  test('says how long calls took', () => {
    const target = show(1);
    callRecords.set(target, { startedAt: 5, duration: 12.34, bytes: 1000, worker: 0 });
    expect(toMermaid(target)).toContain('n0("show<br/>12.3 ms · 1 kB")');
  });

  test.each([
    ['circle', '(("show"))'],
    ['diamond', '{"show"}'],
    ['doublecircle', '((("show")))'],
    ['ellipse', '(["show"])'],
    ['hexagon', '{{"show"}}'],
    ['invtrapezium', '[\\"show"/]'],
    ['parallelogram', '[/"show"/]'],
    ['trapezium', '[/"show"\\]'],
    ['star', '["show"]'],
  ])('draws the shape %s as %s', (shape, text) => {
    expect(toMermaid(show.with({ style: { shape } })(1))).toContain(`  n0${text}\n`);
  });

  test.each([
    [{ direction: 'up' }, 'toMermaid(): `direction`'],
    [{ maxNodes: 1.5 }, 'toMermaid(): `maxNodes` must be a whole number of at least 1, or Infinity, got 1.5'],
  ])('with options %j is refused', (options, message) => {
    expect(() => toMermaid(show(1), options as never)).toThrow(`DAG_OPTION: ${message}`);
  });

  test('has at most 2,000 nodes unless told otherwise', () => {
    expect(() => toMermaid(Array.from({ length: 2001 }, () => show(1)))).toThrow('`maxNodes` allows 2,000');
  });
});

test.each([
  ['"quoted" & <b> #1 `x`', '"#quot;quoted#quot; #amp; #lt;b#gt; #35;1 #96;x#96;"'],
  ['back\\slash', '"back#92;slash"'],
  ['1. first\n- second\n12) third', '"1#46; first<br/>#45; second<br/>12#41; third"'],
  ['-60 and 1.5', '"-60 and 1.5"'],
  ['end', '"end"'],
  ['数据 🎉', '"数据 🎉"'],
  ['', '" "'],
  ['a\0b', '"a\ufffdb"'],
])('%j is written as %s', (text, written) => {
  expect(mermaidString(text)).toBe(written);
});
